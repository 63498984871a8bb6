/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Socket options of level SOL_QUIC (section 6 of the API).
 *
 * All are called with the socket lock held. A setter gets a copy of the value. A getter is given @buf,
 * zeroed beyond the @len bytes that the program has put there, of which at most @len go back; it
 * returns how many, or an errno.
 */
#ifndef QUIC_SOCKET_OPTION_H
#define QUIC_SOCKET_OPTION_H

#include <linux/sockptr.h>

#include "sock.h"

/* S6.1 */
#define QUIC_OPTION_LEN_MAX	4096

int quic_setsockopt(struct sock *sk, int level, int optname, sockptr_t optval, unsigned int optlen);
int quic_getsockopt(struct sock *sk, int level, int optname, char __user *optval,
		    int __user *optlen);

/* setsockopt() and getsockopt() of a stream's socket, in stream_option.c */
int quic_stream_setsockopt(struct sock *sk, int level, int optname, sockptr_t optval,
			   unsigned int optlen);
int quic_stream_getsockopt(struct sock *sk, int level, int optname, char __user *optval,
			   int __user *optlen);

/* A number where 0 means "leave it as it is", which is always fine. */
static inline bool quic_option_valid(u64 value, u64 low, u64 high)
{
	return !value || (value >= low && value <= high);
}

/* S6.2: missing bytes are zero, more are ignored. */
static inline void quic_option_copy(void *to, size_t size, const u8 *val, size_t len)
{
	memset(to, 0, size);
	if (len)
		memcpy(to, val, min(len, size));
}

/* Write a fixed-size value to @buf: what fits. */
static inline int quic_option_put(u8 *buf, size_t len, const void *from, size_t size)
{
	len = min(len, size);
	memcpy(buf, from, len);
	return len;
}

/* opt_params.c */
int quic_opt_set_params(struct sock *sk, const u8 *val, size_t len);
int quic_opt_get_params(struct sock *sk, u8 *buf, size_t len);
int quic_opt_set_params_ext(struct sock *sk, const u8 *val, size_t len);
int quic_opt_get_params_ext(struct sock *sk, u8 *buf, size_t len);

/* opt_config.c */
int quic_opt_set_config(struct sock *sk, const u8 *val, size_t len);
int quic_opt_get_config(struct sock *sk, u8 *buf, size_t len);
int quic_opt_set_alpn(struct sock *sk, const u8 *val, size_t len);
int quic_opt_get_alpn(struct sock *sk, u8 *buf, size_t len);
int quic_opt_set_event(struct sock *sk, const u8 *val, size_t len);
int quic_opt_get_event(struct sock *sk, u8 *buf, size_t len);

/* opt_crypto.c */
int quic_opt_set_secret(struct sock *sk, const u8 *val, size_t len);
int quic_opt_set_ticket(struct sock *sk, const u8 *val, size_t len);
int quic_opt_get_ticket(struct sock *sk, u8 *buf, size_t len);

/* opt_token.c */
int quic_opt_set_token(struct sock *sk, const u8 *val, size_t len);
int quic_opt_get_token(struct sock *sk, u8 *buf, size_t len);

/* opt_stream.c */
int quic_opt_get_stream_open(struct sock *sk, u8 *buf, size_t len);
int quic_opt_set_stream_reset(struct sock *sk, const u8 *val, size_t len);
int quic_opt_set_stop_sending(struct sock *sk, const u8 *val, size_t len);

/* opt_cid.c */
int quic_opt_set_cid(struct sock *sk, const u8 *val, size_t len);
int quic_opt_get_cid(struct sock *sk, u8 *buf, size_t len);

/* migrate.c */
int quic_opt_set_migration(struct sock *sk, const u8 *val, size_t len);

/* opt_conn.c */
int quic_opt_set_close(struct sock *sk, const u8 *val, size_t len);
int quic_opt_get_close(struct sock *sk, u8 *buf, size_t len);
int quic_opt_key_update(struct sock *sk, const u8 *val, size_t len);
int quic_opt_get_stats(struct sock *sk, u8 *buf, size_t len);

#endif
