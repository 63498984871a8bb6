// SPDX-License-Identifier: MIT
/*
 * What the consumer wants is in its socket: ALPN, CONFIG, SESSION_TICKET; and there the agent leaves what it has
 * got (S5.42).
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/tls.h>
#include <netinet/quic.h>

#include "credentials.h"
#include "session.h"

#define TICKET_KEY_SIZE 64 /* GnuTLS's */
#define EARLY_FLAGS	(GNUTLS_ENABLE_EARLY_DATA | GNUTLS_NO_END_OF_EARLY_DATA)

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* An option of the socket; -1 if it cannot be read. */
static int get(int fd, int name, void *value, socklen_t size)
{
	return getsockopt(fd, SOL_QUIC, name, value, &size) ? -1 : (int)size;
}

static const char *cipher_name(uint32_t type)
{
	switch (type) {
	case TLS_CIPHER_AES_GCM_128:
		return "AES-128-GCM";
	case TLS_CIPHER_AES_GCM_256:
		return "AES-256-GCM";
	case TLS_CIPHER_AES_CCM_128:
		return "AES-128-CCM";
	case TLS_CIPHER_CHACHA20_POLY1305:
		return "CHACHA20-POLY1305";
	}
	return NULL;
}

static int set_priority(gnutls_session_t session, const struct quic_config *wanted)
{
	const char *cipher = cipher_name(wanted->payload_cipher_type);
	char priority[512];

	snprintf(priority, sizeof(priority), "%s%s%s", QUIC_PRIORITY,
		 cipher ? ":-CIPHER-ALL:+" : "", cipher ? cipher : "");
	return gnutls_priority_set_direct(session, priority, NULL);
}

/* S5.20: the key for tickets comes from the socket. S5.42: so does a session to resume. */
static int set_ticket(gnutls_session_t session, const struct agent_request *request)
{
	unsigned char data[4096];
	gnutls_datum_t key = { .data = data, .size = TICKET_KEY_SIZE };
	int len = get(request->fd, QUIC_SOCKOPT_SESSION_TICKET, data, sizeof(data)), ret = 0;

	if (len < 0)
		return -errno;
	if (request->server)
		ret = gnutls_session_ticket_enable_server(session, &key);
	else if (len)
		ret = quic_session_set_data(session, data, len);
	gnutls_memset(data, 0, sizeof(data));
	return ret;
}

static int prepare(gnutls_session_t session, const struct agent_request *request,
		   const struct quic_config *wanted)
{
	char alpn[256];
	int len = get(request->fd, QUIC_SOCKOPT_ALPN, alpn, sizeof(alpn)), ret;

	gnutls_transport_set_int(session, request->fd);
	ret = set_priority(session, wanted);
	if (!ret && len > 0)
		ret = quic_session_set_alpn(session, alpn, len);
	if (!ret)
		ret = set_ticket(session, request);
	if (!ret && request->server)
		gnutls_certificate_server_set_request(session, wanted->certificate_request);
	if (!ret && !request->server && *request->peer_name) {
		ret = gnutls_server_name_set(session, GNUTLS_NAME_DNS, request->peer_name,
					     strlen(request->peer_name));
		gnutls_session_set_verify_cert(session, request->peer_name, 0);
	}
	if (!ret && request->server && wanted->certificate_request)
		gnutls_session_set_verify_cert(session, NULL, 0);
	return ret;
}

/* One step (S9.5), waiting for the socket until @deadline. */
static ssize_t perform(int fd, struct quic_handshake_step *step, long deadline)
{
	bool send = step->op == QUIC_HANDSHAKE_STEP_OP_SENDMSG;
	struct pollfd pfd = { .fd = fd, .events = send ? POLLOUT : POLLIN };
	ssize_t ret;
	long left;

	for (;;) {
		ret = send ? sendmsg(fd, step->s_sendmsg.msg,
				     step->s_sendmsg.flags | MSG_DONTWAIT) :
			     recvmsg(fd, step->s_recvmsg.msg, step->s_recvmsg.flags);
		if (ret >= 0 || (errno != EAGAIN && errno != EINTR))
			return ret < 0 ? -errno : ret;
		left = deadline - now_ms();
		if (left <= 0)
			return -ETIMEDOUT;
		poll(&pfd, 1, left);
	}
}

static int handshake(gnutls_session_t session, int fd, long deadline)
{
	struct quic_handshake_step *step = NULL;
	ssize_t done;
	int ret;

	ret = quic_handshake_init(session, &step);
	while (!ret && step) {
		done = perform(fd, step, deadline);
		if (step->op == QUIC_HANDSHAKE_STEP_OP_SENDMSG)
			step->s_sendmsg.retval = done;
		else
			step->s_recvmsg.retval = done;
		ret = quic_handshake_step(session, &step);
	}
	quic_handshake_deinit(session);
	return ret;
}

static int leave_protocol(gnutls_session_t session, int fd)
{
	char name[256];
	size_t len = sizeof(name);

	if (quic_session_get_alpn(session, name, &len))
		return 0;
	return setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_ALPN, name, len) ? -errno : 0;
}

/* The session, once its ticket is there; that none comes is no failure. */
static int leave_session(gnutls_session_t session, int fd, int seconds)
{
	long deadline = now_ms() + seconds * 1000;
	unsigned char data[4096];
	size_t len;
	int ret;

	for (;;) {
		len = sizeof(data);
		ret = quic_session_get_data(session, data, &len);
		if (ret || len || now_ms() >= deadline)
			break;
		usleep(10000);
	}
	if (!ret && len && setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_SESSION_TICKET, data, len))
		ret = -errno;
	gnutls_memset(data, 0, sizeof(data));
	return ret;
}

static int leave(gnutls_session_t session, const struct agent_request *request,
		 const struct quic_config *wanted)
{
	int ret = leave_protocol(session, request->fd);

	fprintf(stderr, "agent: %s session%s\n",
		gnutls_session_is_resumed(session) ? "resumed" : "new",
		gnutls_session_get_flags(session) & GNUTLS_SFLAGS_EARLY_DATA ? " with early data" :
									       "");
	if (!ret && !request->server && wanted->receive_session_ticket)
		ret = leave_session(session, request->fd, wanted->receive_session_ticket);
	return ret;
}

/* What the kernel is told of a negative errno or a GnuTLS code. */
static int report(gnutls_session_t session, int ret)
{
	int code = quic_session_get_tls_error(session);

	if (!ret)
		return 0;
	if (code)
		fprintf(stderr, "agent: TLS: %s\n", gnutls_strerror(code));
	return code ? EACCES : -ret;
}

int session_run(const struct agent_request *request, const struct agent_config *config)
{
	const struct agent_files *files = request->server ? &config->server : &config->client;
	long deadline = now_ms() + request->timeout_ms;
	struct credentials credentials;
	struct quic_config wanted = {};
	gnutls_session_t session;
	int ret;

	if (get(request->fd, QUIC_SOCKOPT_CONFIG, &wanted, sizeof(wanted)) < 0)
		return errno;
	if (gnutls_init(&session,
			EARLY_FLAGS |
				(request->server ? GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET :
						   GNUTLS_CLIENT)))
		return ENOMEM;
	ret = credentials_set(&credentials, session, request, files);
	if (!ret) {
		ret = prepare(session, request, &wanted);
		if (!ret)
			ret = handshake(session, request->fd, deadline);
		if (!ret)
			ret = leave(session, request, &wanted);
		ret = report(session, ret);
	}
	gnutls_deinit(session);
	credentials_free(&credentials);
	return ret;
}
