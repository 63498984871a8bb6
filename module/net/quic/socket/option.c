// SPDX-License-Identifier: GPL-2.0-only
/* setsockopt() and getsockopt() (section 6 of the API). */
#include <linux/quic.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "mtu.h"
#include "option.h"
#include "peeloff.h"

struct option {
	int (*set)(struct sock *sk, const u8 *val, size_t len);
	int (*get)(struct sock *sk, u8 *buf, size_t len);
};

static const struct option options[] = {
	[QUIC_SOCKOPT_EVENT] = { quic_opt_set_event, quic_opt_get_event },
	[QUIC_SOCKOPT_STREAM_OPEN] = { NULL, quic_opt_get_stream_open },
	[QUIC_SOCKOPT_STREAM_RESET] = { quic_opt_set_stream_reset, NULL },
	[QUIC_SOCKOPT_STREAM_STOP_SENDING] = { quic_opt_set_stop_sending, NULL },
	[QUIC_SOCKOPT_CONNECTION_ID] = { quic_opt_set_cid, quic_opt_get_cid },
	[QUIC_SOCKOPT_CONNECTION_CLOSE] = { quic_opt_set_close, quic_opt_get_close },
	[QUIC_SOCKOPT_CONNECTION_MIGRATION] = { quic_opt_set_migration, NULL },
	[QUIC_SOCKOPT_KEY_UPDATE] = { quic_opt_key_update, NULL },
	[QUIC_SOCKOPT_TRANSPORT_PARAM] = { quic_opt_set_params, quic_opt_get_params },
	[QUIC_SOCKOPT_CONFIG] = { quic_opt_set_config, quic_opt_get_config },
	[QUIC_SOCKOPT_TOKEN] = { quic_opt_set_token, quic_opt_get_token },
	[QUIC_SOCKOPT_ALPN] = { quic_opt_set_alpn, quic_opt_get_alpn },
	[QUIC_SOCKOPT_SESSION_TICKET] = { quic_opt_set_ticket, quic_opt_get_ticket },
	[QUIC_SOCKOPT_CRYPTO_SECRET] = { quic_opt_set_secret, NULL },
	[QUIC_SOCKOPT_TRANSPORT_PARAM_EXT] = { quic_opt_set_params_ext, quic_opt_get_params_ext },
	[QUIC_SOCKOPT_CONN_STATS] = { NULL, quic_opt_get_stats },
};

static const struct option *find(int optname)
{
	return optname >= 0 && optname < (int)ARRAY_SIZE(options) ? &options[optname] : NULL;
}

int quic_do_setsockopt(struct sock *sk, int optname, sockptr_t optval, unsigned int optlen)
{
	const struct option *option = find(optname);
	u8 *val = NULL;
	int err;

	if (optlen > QUIC_OPTION_LEN_MAX)
		return -EINVAL;
	if (!option || !option->set)
		return -ENOPROTOOPT;
	if (optlen) {
		val = memdup_sockptr(optval, optlen);
		if (IS_ERR(val))
			return PTR_ERR(val);
	}
	lock_sock(sk);
	err = option->set(sk, val, optlen);
	/* What failed may have closed the connection, and the peer has to be told. */
	if (quic_sk(sk)->conn)
		quic_sock_update(sk);
	release_sock(sk);
	kfree_sensitive(val);
	return err;
}
EXPORT_SYMBOL_GPL(quic_do_setsockopt);	/* S5.40 */

int quic_do_getsockopt(struct sock *sk, int optname, sockptr_t optval, sockptr_t optlen)
{
	const struct option *option = find(optname);
	int len, err;
	u8 *buf;

	if (optname == QUIC_SOCKOPT_STREAM_PEELOFF)
		return quic_peeloff(sk, optval, optlen);
	if (!option || !option->get)
		return -ENOPROTOOPT;
	if (copy_from_sockptr(&len, optlen, sizeof(len)))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	len = min(len, QUIC_OPTION_LEN_MAX);
	buf = kzalloc(QUIC_OPTION_LEN_MAX, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	/* Selectors (S6.2) are at the beginning of small values. */
	err = -EFAULT;
	if (copy_from_sockptr(buf, optval, min_t(size_t, len, sizeof(struct quic_transport_param))))
		goto free;
	lock_sock(sk);
	err = option->get(sk, buf, len);
	release_sock(sk);
	if (err < 0)
		goto free;
	len = err;
	err = 0;
	if (copy_to_sockptr(optlen, &len, sizeof(len)) || copy_to_sockptr(optval, buf, len))
		err = -EFAULT;
free:
	kfree_sensitive(buf);
	return err;
}
EXPORT_SYMBOL_GPL(quic_do_getsockopt);

int quic_setsockopt(struct sock *sk, int level, int optname, sockptr_t optval, unsigned int optlen)
{
	if (level == SOL_QUIC)
		return quic_do_setsockopt(sk, optname, optval, optlen);
	if (level == SOL_IP && optname == IP_MTU_DISCOVER)
		return quic_mtu_set_discover(sk, 4, optval, optlen);
	if (level == SOL_IPV6 && optname == IPV6_MTU_DISCOVER && sk->sk_family == AF_INET6)
		return quic_mtu_set_discover(sk, 6, optval, optlen);
	if (level == SOL_IP)
		return ip_setsockopt(sk, level, optname, optval, optlen);
	if (level == SOL_IPV6 && sk->sk_family == AF_INET6)
		return ipv6_setsockopt(sk, level, optname, optval, optlen);
	return -ENOPROTOOPT;
}

int quic_getsockopt(struct sock *sk, int level, int optname, char __user *optval,
		    int __user *optlen)
{
	if (level == SOL_QUIC)
		return quic_do_getsockopt(sk, optname, USER_SOCKPTR(optval), USER_SOCKPTR(optlen));
	if (level == SOL_IP && optname == IP_MTU_DISCOVER)
		return quic_mtu_get_discover(sk, 4, optval, optlen);
	if (level == SOL_IPV6 && optname == IPV6_MTU_DISCOVER && sk->sk_family == AF_INET6)
		return quic_mtu_get_discover(sk, 6, optval, optlen);
	if (level == SOL_IP)
		return ip_getsockopt(sk, level, optname, optval, optlen);
	if (level == SOL_IPV6 && sk->sk_family == AF_INET6)
		return ipv6_getsockopt(sk, level, optname, optval, optlen);
	return -ENOPROTOOPT;
}
