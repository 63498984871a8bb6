// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a failed handshake looks at the other end, over real sockets (RFC 9001, 4.8); and peers that vanish.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <netinet/quic.h>

#include "harness.h"
#include "libquic_files.h"
#include "message.h"
#include "pair.h"

static gnutls_certificate_credentials_t cred;

static gnutls_session_t session_create(int fd, unsigned int flags)
{
	gnutls_session_t session;

	if (!cred) {
		ASSERT_EQ(gnutls_certificate_allocate_credentials(&cred), 0);
		if (flags & GNUTLS_SERVER)
			ASSERT_OK(gnutls_certificate_set_x509_key_file(cred, cert_file, key_file,
								       GNUTLS_X509_FMT_PEM));
	}
	ASSERT_EQ(gnutls_init(&session, flags), 0);
	ASSERT_EQ(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, cred), 0);
	ASSERT_EQ(gnutls_priority_set_direct(session, QUIC_PRIORITY, NULL), 0);
	gnutls_transport_set_int(session, fd);
	return session;
}

static void session_destroy(gnutls_session_t session)
{
	gnutls_deinit(session);
	gnutls_certificate_free_credentials(cred);
}

/* A client that says hello and nothing more. Return: its session. */
static gnutls_session_t accept_hello(struct pair *pair)
{
	struct quic_handshake_step *step = NULL;
	gnutls_session_t session;

	pair_connect(pair);
	session = session_create(pair->client, GNUTLS_CLIENT);
	ASSERT_EQ(quic_handshake_init(session, &step), 0);
	ASSERT_OK(sendmsg(pair->client, step->s_sendmsg.msg, step->s_sendmsg.flags));
	pair->server = accept(pair->listener, NULL, NULL);
	ASSERT_OK(pair->server);
	return session;
}

static struct quic_connection_close close_info(int fd)
{
	struct quic_connection_close info;
	socklen_t len = sizeof(info);

	ASSERT_OK(getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, &len));
	return info;
}

/* A server that fails, and closes. */
struct failing_server {
	struct pair *pair;
	const char *psk_file;	/* NULL: certificate */
	const char *alpns;
	int result;
};

static void *serve(void *data)
{
	struct failing_server *server = data;
	int fd = accept(server->pair->listener, NULL, NULL);

	ASSERT_OK(fd);
	server->result = quic_server_handshake(fd, server->psk_file ? server->psk_file : key_file,
					       server->psk_file ? NULL : cert_file, server->alpns);
	close(fd);
	return NULL;
}

static void start(struct failing_server *server, pthread_t *thread)
{
	make_files();
	ASSERT_EQ(pthread_create(thread, NULL, serve, server), 0);
	pair_connect(server->pair);
}

TEST("T177 F28 S9.11 no_application_protocol of the server is known to the client")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct failing_server server = { .pair = &pair, .alpns = "bb" };
	gnutls_session_t session;
	pthread_t thread;

	start(&server, &thread);
	session = session_create(pair.client, GNUTLS_CLIENT);
	ASSERT_EQ(quic_session_set_alpn(session, "aa", 2), 0);
	ASSERT_EQ(quic_handshake(session), -ENOTCONN);
	ASSERT_EQ(quic_session_get_alert(session), GNUTLS_A_NO_APPLICATION_PROTOCOL);
	ASSERT_EQ(close_info(pair.client).errcode, 0x178);
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	ASSERT_EQ(server.result, GNUTLS_E_NO_APPLICATION_PROTOCOL);
	session_destroy(session);
	pair_close(&pair);
}

TEST("F28 S9.10 a wrong key of the client is an alert of the server")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct failing_server server = { .pair = &pair, .psk_file = server_psk };
	char name[80];
	pthread_t thread;
	FILE *file;

	start(&server, &thread);
	snprintf(name, sizeof(name), "%s", client_psk);
	file = fopen(name, "we");
	ASSERT(file);
	fputs("two:00000000000000000000000000000000\n", file);
	fclose(file);
	ASSERT_EQ(quic_client_handshake(pair.client, name, NULL, NULL), -ENOTCONN);
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	ASSERT(server.result < 0);
	ASSERT(close_info(pair.client).errcode > QUIC_TRANSPORT_ERROR_CRYPTO);
	ASSERT_EQ(close_info(pair.client).errcode & ~0xffU, QUIC_TRANSPORT_ERROR_CRYPTO);
	pair_close(&pair);
}

TEST("F28 S9.6 garbage in place of a ClientHello is answered with an alert")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct failing_server server = { .pair = &pair };
	struct message message;
	pthread_t thread;

	start(&server, &thread);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "\1\0\0\4abcd", 8, 0), 8);
	ASSERT_ERRNO(message_recv(pair.client, &message, MESSAGE_SIZE, 0), ENOTCONN);
	ASSERT_EQ(close_info(pair.client).errcode,
		  QUIC_TRANSPORT_ERROR_CRYPTO + GNUTLS_A_DECODE_ERROR);
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	ASSERT(server.result < 0);
	pair_close(&pair);
}

TEST("F28 a client without the certificate that the server wants hears of it after its handshake")
{
	struct pair pair = pair_listening("127.0.0.1");
	gnutls_session_t session;
	struct message message;
	int status;
	pid_t child;

	make_files();
	pair_connect(&pair);
	child = fork();
	ASSERT_OK(child);
	if (!child) {
		ASSERT_EQ(quic_client_handshake(pair.client, NULL, NULL, NULL), 0);
		ASSERT_ERRNO(message_recv(pair.client, &message, MESSAGE_SIZE, 0), ENOTCONN);
		ASSERT_EQ(close_info(pair.client).errcode,
			  QUIC_TRANSPORT_ERROR_CRYPTO + GNUTLS_A_CERTIFICATE_REQUIRED);
		_exit(0);
	}
	close(pair.client);
	pair.client = -1;
	pair.server = accept(pair.listener, NULL, NULL);
	ASSERT_OK(pair.server);
	session = session_create(pair.server, GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET);
	gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
	ASSERT_EQ(quic_handshake(session), GNUTLS_E_CERTIFICATE_REQUIRED);
	session_destroy(session);
	pair_close(&pair);
	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_EQ(status, 0);
}

TEST("S9.12 a server that does not answer is ENOTCONN after the idle timeout")
{
	struct pair pair = pair_listening("127.0.0.1");

	params_set(pair.client, (struct quic_transport_param){ .max_idle_timeout = 1000000 });
	pair_connect(&pair);
	ASSERT_EQ(quic_client_handshake(pair.client, NULL, NULL, NULL), -ENOTCONN);
	ASSERT_EQ(close_info(pair.client).errcode, 0);
	pair_close(&pair);
}

TEST("S9.12 a client that vanishes is ENOTCONN after the idle timeout")
{
	struct pair pair = pair_listening("127.0.0.1");
	gnutls_session_t session;

	make_files();
	params_set(pair.listener, (struct quic_transport_param){ .max_idle_timeout = 1000000 });
	session = accept_hello(&pair);
	ASSERT_EQ(quic_server_handshake(pair.server, key_file, cert_file, NULL), -ENOTCONN);
	session_destroy(session);
	pair_close(&pair);
}

TEST("S9.12 a client that left before the server began is ENOTCONN")
{
	struct pair pair = pair_listening("127.0.0.1");
	gnutls_session_t session;

	make_files();
	session = accept_hello(&pair);
	close(pair.client);
	pair.client = -1;
	EVENTUALLY(poll_events(pair.server) & POLLHUP);
	ASSERT_EQ(quic_server_handshake(pair.server, key_file, cert_file, NULL), -ENOTCONN);
	ASSERT_EQ(quic_server_handshake(pair.server, server_psk, NULL, NULL), -ENOTCONN);
	session_destroy(session);
	pair_close(&pair);
}
