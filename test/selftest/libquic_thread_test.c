// SPDX-License-Identifier: GPL-2.0-only
/*
 * libquic over real sockets in many threads at once, and many handshakes in one thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <netinet/quic.h>

#include "harness.h"
#include "libquic_files.h"
#include "message.h"
#include "pair.h"

#define CLIENTS		8
#define CONNECTIONS	3	/* of each client */

/* ---- a thread for either end of each connection ---- */

static void *serve(void *data)
{
	struct message message;
	int fd = *(int *)data;

	ASSERT_EQ(quic_server_handshake(fd, key_file, cert_file, "aa,bb"), 0);
	ASSERT_OK(message_recv(fd, &message, MESSAGE_SIZE, 0));
	ASSERT_EQ(stream_send(fd, message.sid, message.stream_flags, message.data, message.len),
		  message.len);
	ASSERT_ERRNO(message_recv(fd, &message, MESSAGE_SIZE, 0), ENOTCONN);
	close(fd);
	return NULL;
}

static void *serve_all(void *data)
{
	int fds[CLIENTS * CONNECTIONS], listener = *(int *)data, i;
	pthread_t threads[CLIENTS * CONNECTIONS];

	for (i = 0; i < CLIENTS * CONNECTIONS; i++) {
		fds[i] = accept(listener, NULL, NULL);
		ASSERT_OK(fds[i]);
		ASSERT_EQ(pthread_create(&threads[i], NULL, serve, &fds[i]), 0);
	}
	for (i = 0; i < CLIENTS * CONNECTIONS; i++)
		ASSERT_EQ(pthread_join(threads[i], NULL), 0);
	return NULL;
}

static void *connect_often(void *data)
{
	const struct pair *listening = data;
	struct pair pair = *listening;
	uint32_t flags;
	char buffer[16];
	int64_t sid;
	int i;

	for (i = 0; i < CONNECTIONS; i++) {
		pair.client = quic_socket(AF_INET);
		pair_connect(&pair);
		ASSERT_EQ(quic_client_handshake(pair.client, NULL, NULL, "bb"), 0);
		ASSERT_EQ(quic_sendmsg(pair.client, "hello", 5, 0, NEW | FIN), 5);
		flags = 0;
		ASSERT_EQ(quic_recvmsg(pair.client, buffer, sizeof(buffer), &sid, &flags), 5);
		ASSERT_MEM(buffer, "hello", 5);
		close(pair.client);
	}
	return NULL;
}

TEST_LIMIT("S9.2 threads that make handshakes at once do not disturb each other", 60)
{
	struct pair pair = pair_listening("127.0.0.1");
	pthread_t server, clients[CLIENTS];
	int i;

	make_files();
	ASSERT_OK(listen(pair.listener, CLIENTS * CONNECTIONS));
	ASSERT_EQ(pthread_create(&server, NULL, serve_all, &pair.listener), 0);
	for (i = 0; i < CLIENTS; i++)
		ASSERT_EQ(pthread_create(&clients[i], NULL, connect_often, &pair), 0);
	for (i = 0; i < CLIENTS; i++)
		ASSERT_EQ(pthread_join(clients[i], NULL), 0);
	ASSERT_EQ(pthread_join(server, NULL), 0);
	pair_close(&pair);
}

/* ---- one thread, which never waits but in epoll_wait() ---- */

struct end {
	int fd;
	gnutls_session_t session;
	struct quic_handshake_step *step;
};

static void end_create(struct end *end, int fd, unsigned int flags,
		       gnutls_certificate_credentials_t cred)
{
	end->fd = fd;
	end->step = NULL;
	ASSERT_OK(fcntl(fd, F_SETFL, O_NONBLOCK));
	ASSERT_EQ(gnutls_init(&end->session, flags), 0);
	ASSERT_EQ(gnutls_credentials_set(end->session, GNUTLS_CRD_CERTIFICATE, cred), 0);
	ASSERT_EQ(gnutls_priority_set_direct(end->session, QUIC_PRIORITY, NULL), 0);
	gnutls_transport_set_int(end->session, fd);
	ASSERT_EQ(quic_handshake_init(end->session, &end->step), 0);
}

/* As far as it gets without waiting. Returns whether the handshake is complete. */
static bool end_advance(struct end *end)
{
	struct quic_handshake_step *step;

	while ((step = end->step)) {
		if (step->op == QUIC_HANDSHAKE_STEP_OP_SENDMSG) {
			struct quic_handshake_step_sendmsg *send = &step->s_sendmsg;

			send->retval = sendmsg(end->fd, send->msg, send->flags);
			ASSERT_OK(send->retval);
		} else {
			struct quic_handshake_step_recvmsg *recv = &step->s_recvmsg;

			recv->retval = recvmsg(end->fd, recv->msg, recv->flags);
			if (recv->retval < 0 && errno == EAGAIN)
				return false;
			ASSERT_OK(recv->retval);
		}
		ASSERT_EQ(quic_handshake_step(end->session, &end->step), 0);
	}
	quic_handshake_deinit(end->session);
	return true;
}

static void watch(int epoll, int fd, void *ptr)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = ptr };

	ASSERT_OK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

TEST("S9.5 both ends of many handshakes take their steps in one event loop")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct end clients[CLIENTS], servers[CLIENTS];
	gnutls_certificate_credentials_t cred;
	int epoll = epoll_create1(0), accepted = 0, complete = 0, i;
	struct epoll_event event;

	make_files();
	ASSERT_OK(epoll);
	ASSERT_EQ(gnutls_certificate_allocate_credentials(&cred), 0);
	ASSERT_OK(gnutls_certificate_set_x509_key_file(cred, cert_file, key_file,
						       GNUTLS_X509_FMT_PEM));
	watch(epoll, pair.listener, NULL);
	for (i = 0; i < CLIENTS; i++) {
		struct pair own = pair;

		own.client = quic_socket(AF_INET);
		pair_connect(&own);
		end_create(&clients[i], own.client, GNUTLS_CLIENT, cred);
		ASSERT(!end_advance(&clients[i]));
		watch(epoll, own.client, &clients[i]);
	}
	while (complete < 2 * CLIENTS) {
		struct end *end;

		ASSERT_EQ(epoll_wait(epoll, &event, 1, 10000 * test_slowness()), 1);
		end = event.data.ptr;
		if (!end) {
			end = &servers[accepted++];
			end_create(end, accept(pair.listener, NULL, NULL),
				   GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET, cred);
			watch(epoll, end->fd, end);
		}
		if (!end_advance(end))
			continue;
		complete++;
		ASSERT_OK(epoll_ctl(epoll, EPOLL_CTL_DEL, end->fd, NULL));
	}
	for (i = 0; i < CLIENTS; i++) {
		gnutls_deinit(clients[i].session);
		gnutls_deinit(servers[i].session);
		close(clients[i].fd);
		close(servers[i].fd);
	}
	gnutls_certificate_free_credentials(cred);
	close(epoll);
	pair_close(&pair);
}
