// SPDX-License-Identifier: GPL-2.0-only
/*
 * 0-RTT with real TLS: libquic's session data, what the socket remembers, and the data that leaves
 * before the handshake (S3.27 to S3.29, S5.27, S9.9).
 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <netinet/quic.h>

#include "../libquic/certificate.h"
#include "harness.h"
#include "message.h"
#include "pair.h"
#include "relay.h"

#define DAY		(24 * 60 * 60)
#define EARLY_FLAGS	(GNUTLS_ENABLE_EARLY_DATA | GNUTLS_NO_END_OF_EARLY_DATA)
#define LEN		30000	/* more than the first flight may carry */

/* What the server does with the second connection. */
enum answer {
	ACCEPT,
	NO_EARLY_DATA,		/* the session is resumed, nothing else */
	OTHER_KEY,		/* the ticket is unreadable */
};

/* What a client keeps of a connection. */
struct memory {
	unsigned char data[4096];
	size_t size;
	struct quic_transport_param params;
};

struct end {
	gnutls_session_t session;
	gnutls_certificate_credentials_t cred;
	int fd;
};

static void end_create(struct end *end, int fd, unsigned int flags)
{
	end->fd = fd;
	ASSERT_EQ(gnutls_init(&end->session, flags), 0);
	ASSERT_EQ(gnutls_certificate_allocate_credentials(&end->cred), 0);
	ASSERT_EQ(gnutls_credentials_set(end->session, GNUTLS_CRD_CERTIFICATE, end->cred), 0);
	ASSERT_EQ(gnutls_priority_set_direct(end->session, QUIC_PRIORITY, NULL), 0);
	gnutls_transport_set_int(end->session, fd);
}

static void end_destroy(struct end *end)
{
	close(end->fd);
	gnutls_deinit(end->session);
	gnutls_certificate_free_credentials(end->cred);
}

static void fill(uint8_t *data)
{
	size_t i;

	for (i = 0; i < LEN; i++)
		data[i] = i * 7 + i / 256;
}

/* Stream 0 carries exactly these bytes, in order, then its end. */
static void expect_data(int fd)
{
	static uint8_t expected[LEN], got[LEN];
	struct message message;
	size_t n = 0;

	fill(expected);
	do {
		ASSERT_OK(message_recv(fd, &message, MESSAGE_SIZE, 0));
		ASSERT_EQ(message.sid, 0);
		ASSERT(n + message.len <= LEN);
		memcpy(got + n, message.data, message.len);
		n += message.len;
	} while (!(message.stream_flags & FIN));
	ASSERT_EQ(n, LEN);
	ASSERT_MEM(got, expected, LEN);
}

/* ---- the server, in a process of its own ---- */

static void set_ticket_key(const struct end *end, enum answer answer)
{
	unsigned char bytes[64];
	gnutls_datum_t key = { .data = bytes, .size = sizeof(bytes) };
	socklen_t len = sizeof(bytes);

	ASSERT_OK(getsockopt(end->fd, SOL_QUIC, QUIC_SOCKOPT_SESSION_TICKET, bytes, &len));
	if (answer == OTHER_KEY)
		bytes[0] ^= 1;
	ASSERT_EQ(gnutls_session_ticket_enable_server(end->session, &key), 0);
}

static void serve(const struct pair *pair, const struct certificate *cert, enum answer answer)
{
	unsigned int flags = GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET;
	gnutls_x509_crt_t crt = cert->crt;
	static uint8_t data[LEN];
	struct end end;
	int fd;

	fd = accept(pair->listener, NULL, NULL);
	ASSERT_OK(fd);
	end_create(&end, fd, answer == NO_EARLY_DATA ? flags : flags | EARLY_FLAGS);
	ASSERT_OK(gnutls_certificate_set_x509_key(end.cred, &crt, 1, cert->key));
	set_ticket_key(&end, answer);
	ASSERT_EQ(quic_handshake(end.session), 0);
	expect_data(fd);
	fill(data);
	ASSERT_EQ(stream_send(fd, 0, FIN, data, LEN), LEN);
	ASSERT_EQ(recv(fd, data, 1, 0), -1);
	end_destroy(&end);
}

static pid_t start_server(const struct pair *pair, enum answer answer)
{
	struct certificate authority, cert;
	time_t now = time(NULL);
	pid_t child = fork();

	ASSERT_OK(child);
	if (child)
		return child;
	certificate_create(&authority, NULL, "Test Authority", now - DAY, now + DAY);
	certificate_create(&cert, &authority, "server.test", now - DAY, now + DAY);
	serve(pair, &cert, ACCEPT);
	serve(pair, &cert, answer);
	_exit(0);
}

/* ---- the client ---- */

static void begin(struct end *end, const struct address *to)
{
	end_create(end, quic_socket(AF_INET), GNUTLS_CLIENT | EARLY_FLAGS);
	ASSERT_OK(address_connect(end->fd, to));
}

static void send_data(const struct end *end)
{
	static uint8_t data[LEN];

	fill(data);
	ASSERT_EQ(stream_send(end->fd, 0, NEW | FIN, data, LEN), LEN);
}

static bool have_session_data(const struct end *end, struct memory *memory)
{
	memory->size = sizeof(memory->data);
	ASSERT_EQ(quic_session_get_data(end->session, memory->data, &memory->size), 0);
	return memory->size > 0;
}

/* The first connection, of which everything is kept that the second one needs. */
static void learn(const struct address *to, struct memory *memory)
{
	struct end end;

	begin(&end, to);
	ASSERT_EQ(quic_handshake(end.session), 0);
	ASSERT(!gnutls_session_is_resumed(end.session));
	send_data(&end);
	expect_data(end.fd);
	EVENTUALLY(have_session_data(&end, memory));
	memory->params = params_get(end.fd, true);
	memory->params.remote = 1;
	end_destroy(&end);
}

struct outcome {
	bool resumed, early;
};

/* The second one: its request is queued before the handshake begins. */
static struct outcome return_with(const struct address *to, const struct memory *memory)
{
	struct outcome outcome;
	struct end end;

	begin(&end, to);
	params_set(end.fd, memory->params);
	ASSERT_EQ(quic_session_set_data(end.session, memory->data, memory->size), 0);
	send_data(&end);
	ASSERT_EQ(quic_handshake(end.session), 0);
	outcome.resumed = gnutls_session_is_resumed(end.session);
	outcome.early = gnutls_session_get_flags(end.session) & GNUTLS_SFLAGS_EARLY_DATA;
	expect_data(end.fd);
	message_expect_none(end.fd);
	end_destroy(&end);
	return outcome;
}

struct run {
	struct pair pair;
	struct relay relay;
	struct memory memory;
	pid_t server;
};

/* Everything up to the second connection. */
static void run_begin(struct run *run, enum answer answer)
{
	struct address addr;

	run->pair = pair_listening("127.0.0.1");
	addr = address_local(run->pair.listener);
	run->relay = relay_start(&addr);
	run->server = start_server(&run->pair, answer);
	learn(&run->relay.addr, &run->memory);
	ASSERT_EQ(run->relay.count->early[TO_SERVER], 0);
}

static struct outcome run_finish(struct run *run)
{
	struct outcome outcome = return_with(&run->relay.addr, &run->memory);
	int status;

	ASSERT_EQ(waitpid(run->server, &status, 0), run->server);
	ASSERT_EQ(status, 0);
	/* It did leave before the handshake, whatever became of it. */
	ASSERT(run->relay.count->early[TO_SERVER] > 0);
	pair_close(&run->pair);
	return outcome;
}

TEST("T181 S3.27 S5.27 S9.9 a server accepts early data, which arrives once and in order")
{
	struct outcome outcome;
	struct run run;

	run_begin(&run, ACCEPT);
	outcome = run_finish(&run);
	ASSERT(outcome.resumed);
	ASSERT(outcome.early);
}

TEST("S3.28 early data that the server's TLS does not want arrives once and in order")
{
	struct outcome outcome;
	struct run run;

	run_begin(&run, NO_EARLY_DATA);
	outcome = run_finish(&run);
	ASSERT(outcome.resumed);
	ASSERT(!outcome.early);
}

TEST("S3.28 early data with a ticket that the server cannot read arrives once and in order")
{
	struct outcome outcome;
	struct run run;

	run_begin(&run, OTHER_KEY);
	outcome = run_finish(&run);
	ASSERT(!outcome.resumed);
	ASSERT(!outcome.early);
}

/* RFC 9000, 17.2.5.3: the packets after the Retry have the token, and 0-RTT goes on with them. */
TEST("S3.27 S5.9 early data is accepted after a Retry")
{
	struct run run;

	run_begin(&run, ACCEPT);
	config_set(run.pair.listener, (struct quic_config){ .validate_peer_address = 1 });
	ASSERT(run_finish(&run).early);
	ASSERT(run.relay.count->retry[TO_CLIENT] > 0);
}

/* RFC 9368, 7.3 */
TEST("S3.27 S5.8 early data of version 1 is accepted by a server that chooses version 2")
{
	struct run run;

	run_begin(&run, ACCEPT);
	ASSERT_EQ(run.relay.count->v2[TO_SERVER], 0);
	config_set(run.pair.listener, (struct quic_config){ .version = QUIC_VERSION_V2 });
	ASSERT(run_finish(&run).early);
	ASSERT(run.relay.count->v2[TO_SERVER] > 0);
}
