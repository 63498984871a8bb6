// SPDX-License-Identifier: GPL-2.0-only
/*
 * libquic over real sockets; what does not need them is in test/libquic.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <netinet/quic.h>

#include "harness.h"
#include "libquic_files.h"
#include "message.h"
#include "pair.h"

struct handshake {
	const char *psk;	/* client's, NULL: certificates */
	const char *hostname;
	const char *client_alpns;
	const char *server_alpns;
	int client_result;
	int server_result;	/* as an exit status: 0 or the low byte */
};

/* Server in a child, which then echoes one message. */
static void run_server(struct pair *pair, const struct handshake *handshake)
{
	struct message message;
	int fd, ret;

	close(pair->client);
	fd = accept(pair->listener, NULL, NULL);
	ASSERT_OK(fd);
	ret = quic_server_handshake(fd, handshake->psk ? server_psk : key_file,
				    handshake->psk ? NULL : cert_file, handshake->server_alpns);
	if (ret) {
		close(fd);
		_exit(-ret & 0xff ? -ret & 0xff : 1);
	}
	while (message_recv(fd, &message, MESSAGE_SIZE, 0) >= 0)
		stream_send(fd, message.sid, message.stream_flags, message.data, message.len);
	_exit(0);
}

static void run(struct pair *pair, struct handshake *handshake)
{
	int status;
	pid_t child;

	*pair = pair_listening("127.0.0.1");
	child = fork();
	ASSERT_OK(child);
	if (!child)
		run_server(pair, handshake);
	pair_connect(pair);
	handshake->client_result = quic_client_handshake(pair->client, handshake->psk,
							 handshake->hostname,
							 handshake->client_alpns);
	if (!handshake->client_result) {
		uint32_t flags = 0;
		char buffer[16];
		int64_t sid = -1;

		ASSERT_EQ(quic_sendmsg(pair->client, "hello", 5, 0, NEW | FIN), 5);
		ASSERT_EQ(quic_recvmsg(pair->client, buffer, sizeof(buffer), &sid, &flags), 5);
		ASSERT_MEM(buffer, "hello", 5);
		ASSERT_EQ(sid, 0);
		ASSERT_EQ(flags & FIN, FIN);
	}
	/* S9.15: also after a failure the socket is its owner's. */
	ASSERT_OK(fcntl(pair->client, F_GETFD));
	pair_close(pair);
	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT(WIFEXITED(status));
	handshake->server_result = WEXITSTATUS(status);
}

TEST("T175 psk")
{
	struct handshake handshake = { 0 };
	struct pair pair;

	make_files();
	handshake.psk = client_psk;
	run(&pair, &handshake);
	ASSERT_EQ(handshake.client_result, 0);
	ASSERT_EQ(handshake.server_result, 0);
}

TEST("T176 certificate without hostname")
{
	struct handshake handshake = { .client_alpns = "aa, bb", .server_alpns = "bb" };
	struct pair pair;

	make_files();
	run(&pair, &handshake);
	ASSERT_EQ(handshake.client_result, 0);
	ASSERT_EQ(handshake.server_result, 0);
}

/* RFC 9000, 7: protocols are negotiated, and servers authenticated. */
TEST("T177 no common protocol")
{
	struct handshake handshake = { .client_alpns = "aa", .server_alpns = "bb" };
	struct pair pair;

	make_files();
	run(&pair, &handshake);
	ASSERT_EQ(handshake.client_result, -ENOTCONN);
	ASSERT_EQ(handshake.server_result, -GNUTLS_E_NO_APPLICATION_PROTOCOL & 0xff);
}

TEST("F48 untrusted certificate is refused")
{
	struct handshake handshake = { .hostname = "server.test" };
	struct pair pair;

	make_files();
	run(&pair, &handshake);
	ASSERT_EQ(handshake.client_result, GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR);
	ASSERT_EQ(handshake.server_result, ENOTCONN);
}

/* The alert of the client is known to the server: its session tells it. */
TEST("F28 alert reaches the peer")
{
	gnutls_certificate_credentials_t cred;
	struct pair pair = pair_listening("127.0.0.1");
	gnutls_session_t session;
	pid_t child;

	make_files();
	pair_connect(&pair);
	child = fork();
	ASSERT_OK(child);
	if (!child) {
		int ret = quic_client_handshake(pair.client, NULL, "server.test", NULL);

		close(pair.client);
		_exit(ret != GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR);
	}
	close(pair.client);
	pair.server = accept(pair.listener, NULL, NULL);
	ASSERT_OK(pair.server);
	ASSERT_EQ(gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET), 0);
	ASSERT_EQ(gnutls_certificate_allocate_credentials(&cred), 0);
	ASSERT_OK(gnutls_certificate_set_x509_key_file(cred, cert_file, key_file,
						       GNUTLS_X509_FMT_PEM));
	ASSERT_EQ(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, cred), 0);
	ASSERT_EQ(gnutls_priority_set_direct(session, QUIC_PRIORITY, NULL), 0);
	gnutls_transport_set_int(session, pair.server);
	ASSERT_EQ(quic_handshake(session), -ENOTCONN);
	ASSERT_EQ(quic_session_get_alert(session), GNUTLS_A_UNKNOWN_CA);
	gnutls_deinit(session);
	gnutls_certificate_free_credentials(cred);
	close(pair.server);
	close(pair.listener);
}

TEST("T182 recvmsg of an event")
{
	struct pair pair = pair_connected();
	uint32_t flags = 0;
	int64_t sid = 77;
	char buffer[100];

	event_enable(pair.server, QUIC_EVENT_STREAM_UPDATE, true);
	ASSERT_EQ(quic_sendmsg(pair.client, "x", 1, 0, NEW), 1);
	ASSERT_EQ(quic_recvmsg(pair.server, buffer, sizeof(buffer), &sid, &flags), 25);
	ASSERT_EQ(sid, 77);
	ASSERT(flags & MSG_QUIC_NOTIFICATION);
	ASSERT_EQ(quic_recvmsg(pair.server, buffer, sizeof(buffer), &sid, &flags), 1);
	ASSERT_EQ(sid, 0);
	pair_close(&pair);
}

static bool have_data(gnutls_session_t session, unsigned char *data, size_t *size)
{
	*size = 4096;
	ASSERT_EQ(quic_session_get_data(session, data, size), 0);
	return *size > 0;
}

/* One connection of the same client to the child's server; returns whether it was resumed. */
static bool connect_with_data(const struct pair *pair, unsigned char *data, size_t *size)
{
	gnutls_certificate_credentials_t cred;
	struct pair own = *pair;
	gnutls_session_t session;
	size_t room = *size;
	bool resumed;

	own.client = quic_socket(AF_INET);
	pair_connect(&own);
	ASSERT_EQ(gnutls_init(&session, GNUTLS_CLIENT), 0);
	ASSERT_EQ(gnutls_certificate_allocate_credentials(&cred), 0);
	ASSERT_EQ(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, cred), 0);
	ASSERT_EQ(gnutls_priority_set_direct(session, QUIC_PRIORITY, NULL), 0);
	gnutls_transport_set_int(session, own.client);
	if (data[0])
		ASSERT_EQ(quic_session_set_data(session, data, room), 0);
	ASSERT_EQ(quic_handshake(session), 0);
	resumed = gnutls_session_is_resumed(session);
	EVENTUALLY(have_data(session, data, size));
	close(own.client);
	gnutls_deinit(session);
	gnutls_certificate_free_credentials(cred);
	return resumed;
}

TEST("T181 resumption")
{
	struct pair pair = pair_listening("127.0.0.1");
	unsigned char data[4096] = { 0 };
	size_t size = sizeof(data);
	int i, status;
	pid_t child;

	make_files();
	child = fork();
	ASSERT_OK(child);
	if (!child) {
		for (i = 0; i < 2; i++) {
			int fd = accept(pair.listener, NULL, NULL);
			char byte;

			ASSERT_OK(fd);
			ASSERT_EQ(quic_server_handshake(fd, key_file, cert_file, NULL), 0);
			ASSERT_ERRNO(recv(fd, &byte, 1, 0), ENOTCONN);
			close(fd);
		}
		_exit(0);
	}
	ASSERT(!connect_with_data(&pair, data, &size));
	ASSERT(connect_with_data(&pair, data, &size));
	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_EQ(status, 0);
	pair_close(&pair);
}
