// SPDX-License-Identifier: GPL-2.0-only
/* IPPROTO_QUIC in AF_INET and AF_INET6, SOCK_STREAM and SOCK_DGRAM (2.1 of the API). */
#include <linux/module.h>
#include <net/inet_common.h>
#include <net/ipv6.h>
#include <net/protocol.h>

#include "../compat.h"
#include "bind.h"
#include "close.h"
#include "family.h"
#include "listener.h"
#include "memory.h"
#include "message.h"
#include "option.h"
#include "poll.h"
#include "stream_sock.h"

static struct proto quic_prot = {
	.name		= "QUIC",
	.owner		= THIS_MODULE,
	.init		= quic_sock_init,
	.close		= quic_close,
	.unhash		= quic_unhash,
	.setsockopt	= quic_setsockopt,
	.getsockopt	= quic_getsockopt,
	.release_cb	= quic_release_cb,
	.no_autobind	= true,
	.memory_allocated = &quic_memory_allocated,
	.per_cpu_fw_alloc = &quic_memory_per_cpu_fw_alloc,
	.memory_pressure = &quic_memory_pressure,
	.enter_memory_pressure = quic_enter_memory_pressure,
	.leave_memory_pressure = quic_leave_memory_pressure,
	.sockets_allocated = &quic_sockets_allocated,
	.sysctl_mem	= quic_sysctl_mem,
	.sysctl_rmem	= quic_sysctl_rmem,
	.sysctl_wmem	= quic_sysctl_wmem,
	.obj_size	= sizeof(struct quic_sock),
};

static struct proto quicv6_prot = {
	.name		= "QUICv6",
	.owner		= THIS_MODULE,
	.init		= quic_sock_init,
	.close		= quic_close,
	.unhash		= quic_unhash,
	.setsockopt	= quic_setsockopt,
	.getsockopt	= quic_getsockopt,
	.release_cb	= quic_release_cb,
	.no_autobind	= true,
	.memory_allocated = &quic_memory_allocated,
	.per_cpu_fw_alloc = &quic_memory_per_cpu_fw_alloc,
	.memory_pressure = &quic_memory_pressure,
	.enter_memory_pressure = quic_enter_memory_pressure,
	.leave_memory_pressure = quic_leave_memory_pressure,
	.sockets_allocated = &quic_sockets_allocated,
	.sysctl_mem	= quic_sysctl_mem,
	.sysctl_rmem	= quic_sysctl_rmem,
	.sysctl_wmem	= quic_sysctl_wmem,
	.obj_size	= sizeof(struct quic6_sock),
	QUIC_PINFO_OFFSET(struct quic6_sock, inet6)
};

QUIC_ACCEPT_OP(accept_op, quic_accept)
QUIC_SPLICE_OP(splice_op, quic_splice_eof)

static const struct proto_ops quic_ops = {
	.family		= PF_INET,
	.owner		= THIS_MODULE,
	.release	= inet_release,
	.bind		= quic_bind,
	.connect	= quic_connect,
	.socketpair	= sock_no_socketpair,
	.accept		= accept_op,
	.getname	= quic_getname,
	.poll		= quic_poll,
	.ioctl		= quic_ioctl,
	.gettstamp	= sock_gettstamp,
	.listen		= quic_listen,
	.shutdown	= quic_shutdown,
	.setsockopt	= sock_common_setsockopt,
	.getsockopt	= sock_common_getsockopt,
	.sendmsg	= quic_sendmsg,
	.recvmsg	= quic_recvmsg,
	.mmap		= sock_no_mmap,
	QUIC_SPLICE(splice_op)
};

static const struct proto_ops quicv6_ops = {
	.family		= PF_INET6,
	.owner		= THIS_MODULE,
	.release	= inet6_release,
	.bind		= quic_bind,
	.connect	= quic_connect,
	.socketpair	= sock_no_socketpair,
	.accept		= accept_op,
	.getname	= quic_getname,
	.poll		= quic_poll,
	.ioctl		= quic_ioctl,
	.gettstamp	= sock_gettstamp,
	.listen		= quic_listen,
	.shutdown	= quic_shutdown,
	.setsockopt	= sock_common_setsockopt,
	.getsockopt	= sock_common_getsockopt,
	.sendmsg	= quic_sendmsg,
	.recvmsg	= quic_recvmsg,
	.mmap		= sock_no_mmap,
	QUIC_SPLICE(splice_op)
};

static struct inet_protosw quic_protosw[] = {
	{ .type = SOCK_STREAM, .protocol = IPPROTO_QUIC, .prot = &quic_prot, .ops = &quic_ops },
	{ .type = SOCK_DGRAM, .protocol = IPPROTO_QUIC, .prot = &quic_prot, .ops = &quic_ops },
};

static struct inet_protosw quicv6_protosw[] = {
	{ .type = SOCK_STREAM, .protocol = IPPROTO_QUIC, .prot = &quicv6_prot, .ops = &quicv6_ops },
	{ .type = SOCK_DGRAM, .protocol = IPPROTO_QUIC, .prot = &quicv6_prot, .ops = &quicv6_ops },
};

static void unregister6(size_t count)
{
	while (count--)
		inet6_unregister_protosw(&quicv6_protosw[count]);
}

int quic_family_register(void)
{
	size_t i;
	int err;

	err = proto_register(&quic_prot, 1);
	if (err)
		return err;
	err = proto_register(&quicv6_prot, 1);
	if (err)
		goto free4;
	err = quic_stream_sock_register();
	if (err)
		goto free_proto6;
	for (i = 0; i < ARRAY_SIZE(quicv6_protosw); i++) {
		err = inet6_register_protosw(&quicv6_protosw[i]);
		if (err)
			goto free6;
	}
	for (i = 0; i < ARRAY_SIZE(quic_protosw); i++)
		inet_register_protosw(&quic_protosw[i]);
	return 0;
free6:
	unregister6(i);
	quic_stream_sock_unregister();
free_proto6:
	proto_unregister(&quicv6_prot);
free4:
	proto_unregister(&quic_prot);
	return err;
}

void quic_family_unregister(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(quic_protosw); i++)
		inet_unregister_protosw(&quic_protosw[i]);
	unregister6(ARRAY_SIZE(quicv6_protosw));
	quic_stream_sock_unregister();
	proto_unregister(&quicv6_prot);
	proto_unregister(&quic_prot);
}
