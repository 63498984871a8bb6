/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What other parts of the kernel (network file systems, the handshake upcall) see of QUIC.
 */
#ifndef _LINUX_QUIC_H
#define _LINUX_QUIC_H

#include <linux/sockptr.h>
#include <uapi/linux/quic.h>

struct sock;

/**
 * quic_do_setsockopt - setsockopt() at level SOL_QUIC for kernel consumers
 * @sk: an IPPROTO_QUIC socket, not locked by the caller
 * @optname: QUIC_SOCKOPT_*
 * @optval: value, in kernel or user memory
 * @optlen: length of the value in bytes
 *
 * Return: 0 or the negative errno that the system call would give.
 */
int quic_do_setsockopt(struct sock *sk, int optname, sockptr_t optval, unsigned int optlen);

/**
 * quic_do_getsockopt - getsockopt() at level SOL_QUIC for kernel consumers
 * @sk: an IPPROTO_QUIC socket, not locked by the caller
 * @optname: QUIC_SOCKOPT_*
 * @optval: value, in kernel or user memory; also the selector of options that take one
 * @optlen: an int: size of the buffer on entry, length of the value on return
 *
 * Return: 0 or the negative errno that the system call would give.
 */
int quic_do_getsockopt(struct sock *sk, int optname, sockptr_t optval, sockptr_t optlen);

#endif /* _LINUX_QUIC_H */
