/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libquic: the TLS 1.3 handshake of IPPROTO_QUIC sockets, with GnuTLS.
 *
 * Functions that return int return 0 on success and a negative number on failure: a negative errno
 * or a (negative) GnuTLS error code. quic_session_get_tls_error() tells the two apart.
 *
 * A session belongs to one thread at a time. Different sessions may be used in different threads.
 */
#ifndef _NETINET_QUIC_H
#define _NETINET_QUIC_H

#include <stdint.h>
#include <sys/socket.h>
#include <gnutls/abstract.h>
#include <linux/quic.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * GnuTLS priority string (S9.3): TLS 1.3 and nothing older (RFC 9001, 4.2), QUIC's ciphers (RFC 9001, 5.3),
 * certificates and PSKs, and no middlebox compatibility mode (RFC 9001, 8.4).
 */
#define QUIC_PRIORITY                                                                  \
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+PSK:+ECDHE-PSK:"                               \
	"-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-CCM:"       \
	"-GROUP-ALL:+GROUP-SECP256R1:+GROUP-X25519:+GROUP-SECP384R1:+GROUP-SECP521R1:" \
	"%DISABLE_TLS13_COMPAT_MODE"

/* ---- Whole handshakes ---- */

/**
 * quic_client_handshake - run a complete client handshake
 * @sockfd: connected socket
 * @pkey_file: PSK file, whose first line "identity:hexkey" is used; NULL for certificates
 * @hostname: the server's name or IP address: sent as SNI, and the server's certificate chain (by
 *            the system's trust store) and name are verified; NULL: nothing is verified
 * @alpns: comma-separated protocols, one of which the server has to select; NULL for no ALPN
 *
 * Blocks until the handshake is over, also if the socket is non-blocking. On failure the socket is
 * left to the caller, who closes it; the TLS alert, if there is one, travels with that close.
 */
int quic_client_handshake(int sockfd, const char *pkey_file, const char *hostname,
			  const char *alpns);

/**
 * quic_server_handshake - run a complete server handshake
 * @sockfd: accepted socket
 * @pkey_file: PEM private key; or, if @cert_file is NULL, the PSK file, of which every line is
 *             "identity:hexkey" and may be a client's
 * @cert_file: PEM certificate chain, NULL for PSKs
 * @alpns: comma-separated protocols, one of which the client has to offer; NULL for no ALPN
 */
int quic_server_handshake(int sockfd, const char *pkey_file, const char *cert_file,
			  const char *alpns);

/**
 * quic_handshake - drive the handshake of a session that the caller prepared
 * @session: session whose socket was attached with gnutls_transport_set_int()
 *
 * Waits for the socket, also if it is non-blocking. The session stays the caller's.
 */
int quic_handshake(gnutls_session_t session);

/* ---- Handshake step by step, for event loops (S9.4) ---- */

enum quic_handshake_step_op {
	QUIC_HANDSHAKE_STEP_OP_SENDMSG = 1,
	QUIC_HANDSHAKE_STEP_OP_RECVMSG,
};

/* Perform sendmsg(fd, msg, flags); put its result, or the negative errno, into retval. */
struct quic_handshake_step_sendmsg {
	const struct msghdr *msg;
	int flags;
	ssize_t retval;
};

/* Perform recvmsg(fd, msg, flags); put its result, or the negative errno, into retval. */
struct quic_handshake_step_recvmsg {
	struct msghdr *msg;
	int flags;
	ssize_t retval;
};

struct quic_handshake_step {
	enum quic_handshake_step_op op;
	__extension__ union {
		struct quic_handshake_step_sendmsg s_sendmsg;
		struct quic_handshake_step_recvmsg s_recvmsg;
	};
};

/**
 * quic_handshake_init - prepare a session for steps
 * @session: session whose socket was attached with gnutls_transport_set_int()
 * @pstep: where the first step is stored; *pstep must be NULL
 *
 * Whether the session is a client's or a server's is read from the socket. On a server an
 * anti-replay context that accepts everything is enabled; a program with a better one calls
 * gnutls_anti_replay_enable() after this function.
 *
 * -EINVAL: *pstep is not NULL, or the session is prepared already.
 */
int quic_handshake_init(gnutls_session_t session, struct quic_handshake_step **pstep);

/**
 * quic_handshake_step - go on after the caller performed a step
 * @session: session
 * @pstep: the step just performed; replaced by the next one, or by NULL when the handshake is over
 *
 * The caller retries EINTR and EAGAIN (after poll()) itself; any other failure goes into retval and
 * is returned from here. A step belongs to the library and is valid until the next call.
 *
 * -EINVAL: not the current step, or not prepared. -EMSGSIZE: short send or truncated message.
 * -ECONNRESET: 0 bytes received. -EBADMSG: not a handshake message.
 */
int quic_handshake_step(gnutls_session_t session, struct quic_handshake_step **pstep);

/**
 * quic_handshake_deinit - free what the steps needed, after the last or a failing one
 * @session: session
 */
void quic_handshake_deinit(gnutls_session_t session);

/* ---- Session data ---- */

/**
 * quic_session_get_data - data to resume this session with
 * @session: client session whose handshake is complete
 * @data: buffer
 * @size: its size, replaced by the size of the data; 0 while no ticket has arrived
 *
 * -GNUTLS_E_SHORT_MEMORY_BUFFER: *size tells the size needed.
 */
int quic_session_get_data(gnutls_session_t session, void *data, size_t *size);

/**
 * quic_session_set_data - resume an earlier session
 * @session: client session before its handshake
 * @data: what quic_session_get_data() gave
 * @size: its size
 *
 * The data holds a secret and is believed: keep it as you keep a private key. If it is refused (-EINVAL or a
 * GnuTLS error), the handshake is a full one.
 */
int quic_session_set_data(gnutls_session_t session, const void *data, size_t size);

/**
 * quic_session_get_alpn - the protocol that was selected
 * @session: session whose handshake is complete
 * @data: buffer; the name is not terminated by NUL
 * @size: its size, replaced by the size of the name
 *
 * -EINVAL: buffer too small. GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE: none selected.
 */
int quic_session_get_alpn(gnutls_session_t session, void *data, size_t *size);

/**
 * quic_session_set_alpn - the protocols to offer or to accept
 * @session: session before its handshake
 * @data: up to 8 names with commas between them; spaces before a name are skipped
 * @size: at most 63
 *
 * The handshake then fails with the alert no_application_protocol if none is selected (RFC 9001,
 * 8.1). -EINVAL: too long, too many, or an empty name.
 */
int quic_session_set_alpn(gnutls_session_t session, const void *data, size_t size);

/* ---- Messages ---- */

/**
 * quic_sendmsg - sendmsg() with a QUIC_STREAM_INFO control message
 * @sockfd: socket
 * @msg: data
 * @len: its size
 * @sid: stream ID, or -1
 * @flags: MSG_QUIC_STREAM_* flags go into stream_flags, all others are sendmsg()'s
 *
 * Return: as sendmsg().
 */
ssize_t quic_sendmsg(int sockfd, const void *msg, size_t len, int64_t sid, uint32_t flags);

/**
 * quic_recvmsg - recvmsg() with a QUIC_STREAM_INFO control message
 * @sockfd: socket
 * @msg: buffer
 * @len: its size
 * @sid: where the stream ID is stored if the message has one, or NULL
 * @flags: recvmsg()'s flags, replaced by msg_flags | stream_flags; or NULL
 *
 * Return: as recvmsg().
 */
ssize_t quic_recvmsg(int sockfd, void *msg, size_t len, int64_t *sid, uint32_t *flags);

/* ---- Log ---- */

/* Gets a line without newline, up to 127 characters, and its level as of <syslog.h>. */
typedef void (*quic_set_log_func_t)(int level, const char *msg);

/**
 * quic_set_log_func - where messages go
 * @func: called in the thread that the message is about; NULL: print to stdout
 *
 * Return: the function that was set before.
 */
quic_set_log_func_t quic_set_log_func(quic_set_log_func_t func);

/**
 * quic_set_log_level - which messages are emitted
 * @level: messages up to this level of <syslog.h>; -1, the default: none
 *
 * Return: the level that was set before.
 */
int quic_set_log_level(int level);

/* ---- kquic's additions ---- */

/**
 * quic_session_get_alert - the TLS alert that ended the handshake
 * @session: session, also after quic_handshake_deinit()
 *
 * Return: the alert's number (gnutls_alert_get_name() knows names), whether this end raised it or
 * the peer closed with it; -1 if there is none.
 */
int quic_session_get_alert(gnutls_session_t session);

/**
 * quic_session_get_tls_error - what kind of number a failed handshake returned
 * @session: session, also after quic_handshake_deinit()
 *
 * Return: the GnuTLS error code that ended the handshake; 0 if it did not fail, or if what it
 * returned is a negative errno (the ranges of the two overlap).
 */
int quic_session_get_tls_error(gnutls_session_t session);

#ifdef __cplusplus
}
#endif

#endif /* _NETINET_QUIC_H */
