// SPDX-License-Identifier: MIT
/*
 * The step API: order, ownership and errors of steps (uapi.md, 9.4 to 9.8).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../selftest/harness.h"
#include "pair.h"
#include "socket_double.h"

static void assert_same_secret(int level, int sender, int receiver)
{
	const struct quic_crypto_secret *send = double_secret(sender, level, true);
	const struct quic_crypto_secret *recv = double_secret(receiver, level, false);
	static const uint8_t zero[QUIC_CRYPTO_SECRET_BUFFER_SIZE];

	ASSERT(double_has_secret(sender, level, true));
	ASSERT(double_has_secret(receiver, level, false));
	ASSERT_EQ(send->type, recv->type);
	ASSERT_MEM(send->secret, recv->secret, sizeof(send->secret));
	ASSERT(memcmp(send->secret, zero, sizeof(zero)) != 0);
}

static void assert_same_secrets(void)
{
	assert_same_secret(QUIC_CRYPTO_HANDSHAKE, CLIENT_FD, SERVER_FD);
	assert_same_secret(QUIC_CRYPTO_HANDSHAKE, SERVER_FD, CLIENT_FD);
	assert_same_secret(QUIC_CRYPTO_APP, CLIENT_FD, SERVER_FD);
	assert_same_secret(QUIC_CRYPTO_APP, SERVER_FD, CLIENT_FD);
}

/* RFC 9001, 4.1.4 and 8.2 */
TEST("S9.8 secrets agree crosswise, and transport parameters travel")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	pair_handshake(&pair);
	assert_same_secrets();
	ASSERT(double_got_peer_params(CLIENT_FD));
	ASSERT(double_got_peer_params(SERVER_FD));
	pair_destroy(&pair);
}

static void handshake_with_cipher(const char *cipher, uint32_t type)
{
	char priority[256];
	struct pair pair;

	snprintf(priority, sizeof(priority), "%s:-CIPHER-ALL:+%s", QUIC_PRIORITY, cipher);
	pair_create(&pair, &pki.server, 0);
	ASSERT_EQ(gnutls_priority_set_direct(pair.client.session, priority, NULL), 0);
	pair_handshake(&pair);
	assert_same_secrets();
	ASSERT_EQ(double_secret(CLIENT_FD, QUIC_CRYPTO_HANDSHAKE, true)->type, type);
	ASSERT_EQ(double_secret(CLIENT_FD, QUIC_CRYPTO_APP, true)->type, type);
	pair_destroy(&pair);
}

TEST("S9.3 S9.8 cipher AES-128-GCM")
{
	handshake_with_cipher("AES-128-GCM", 51);
}

TEST("S9.3 S9.8 cipher AES-256-GCM")
{
	handshake_with_cipher("AES-256-GCM", 52);
}

TEST("S9.3 S9.8 cipher AES-128-CCM")
{
	handshake_with_cipher("AES-128-CCM", 53);
}

TEST("S9.3 S9.8 cipher CHACHA20-POLY1305")
{
	handshake_with_cipher("CHACHA20-POLY1305", 54);
}

/* RFC 9001, 4.7 */
TEST("S9.3 a client follows a HelloRetryRequest to another group")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	/* The client guesses a group that the server does not take. */
	ASSERT_EQ(gnutls_priority_set_direct(pair.client.session,
					     QUIC_PRIORITY ":-GROUP-ALL:+GROUP-SECP384R1:"
							   "+GROUP-SECP521R1",
					     NULL),
		  0);
	ASSERT_EQ(gnutls_priority_set_direct(pair.server.session,
					     QUIC_PRIORITY ":-GROUP-ALL:+GROUP-SECP521R1", NULL),
		  0);
	pair_handshake(&pair);
	assert_same_secrets();
	pair_destroy(&pair);
}

TEST("S9.5 messages may arrive in small pieces")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	double_set_chunk(CLIENT_FD, 7);
	double_set_chunk(SERVER_FD, 11);
	pair_handshake(&pair);
	assert_same_secrets();
	pair_destroy(&pair);
}

TEST("T178 S9.2 init wants a pointer to NULL")
{
	struct quic_handshake_step other = { 0 };
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	pair.client.step = &other;
	ASSERT_EQ(quic_handshake_init(pair.client.session, &pair.client.step), -EINVAL);
	ASSERT(pair.client.step == &other);
	ASSERT_EQ(quic_handshake_init(pair.client.session, NULL), -EINVAL);
	ASSERT_EQ(quic_handshake_init(NULL, &pair.client.step), -EINVAL);
	pair_destroy(&pair);
}

TEST("S9.2 a second init fails")
{
	struct quic_handshake_step *second = NULL;
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	pair_init(&pair);
	ASSERT_EQ(quic_handshake_init(pair.client.session, &second), -EINVAL);
	pair_run(&pair);
	ASSERT_EQ(pair.client.result, 0);
	pair_destroy(&pair);
}

TEST("T179 S9.4 S9.7 the first step of a client is SENDMSG, of a server RECVMSG, the last is none")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	pair_init(&pair);
	ASSERT_EQ(pair.client.step->op, QUIC_HANDSHAKE_STEP_OP_SENDMSG);
	ASSERT_EQ(pair.client.step->s_sendmsg.flags, MSG_NOSIGNAL);
	ASSERT_EQ(pair.server.step->op, QUIC_HANDSHAKE_STEP_OP_RECVMSG);
	ASSERT_EQ(pair.server.step->s_recvmsg.flags, MSG_DONTWAIT);
	pair_run(&pair);
	ASSERT_EQ(pair.client.result, 0);
	ASSERT(!pair.client.step);
	ASSERT_EQ(pair.server.result, 0);
	ASSERT(!pair.server.step);
	pair_destroy(&pair);
}

TEST("S9.5 all but the last message of a flight are sent with MSG_MORE")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	pair_init(&pair);
	ASSERT(end_perform(&pair.client));
	ASSERT_EQ(quic_handshake_step(pair.client.session, &pair.client.step), 0);
	ASSERT(end_perform(&pair.server));
	ASSERT_EQ(quic_handshake_step(pair.server.session, &pair.server.step), 0);
	/* ServerHello; EncryptedExtensions and the rest follow it. */
	ASSERT_EQ(pair.server.step->op, QUIC_HANDSHAKE_STEP_OP_SENDMSG);
	ASSERT_EQ(pair.server.step->s_sendmsg.flags, MSG_NOSIGNAL | MSG_MORE);
	pair_run(&pair);
	ASSERT_EQ(pair.server.result, 0);
	pair_destroy(&pair);
}

TEST("T180 S9.5 another pointer than that of the step is EINVAL")
{
	struct quic_handshake_step other = { 0 }, *wrong = &other, *none = NULL;
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	pair_init(&pair);
	ASSERT_EQ(quic_handshake_step(pair.client.session, &wrong), -EINVAL);
	ASSERT_EQ(quic_handshake_step(pair.client.session, &none), -EINVAL);
	ASSERT_EQ(quic_handshake_step(pair.client.session, NULL), -EINVAL);
	/* The handshake is none the worse for it. */
	pair_run(&pair);
	ASSERT_EQ(pair.client.result, 0);
	pair_destroy(&pair);
}

TEST("S9.5 a step without init is EINVAL")
{
	struct quic_handshake_step *step = NULL;
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	ASSERT_EQ(quic_handshake_step(pair.client.session, &step), -EINVAL);
	quic_handshake_deinit(pair.client.session);
	pair_destroy(&pair);
}

TEST("S9.5 a step after deinit is EINVAL")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	pair_init(&pair);
	quic_handshake_deinit(pair.client.session);
	ASSERT_EQ(quic_handshake_step(pair.client.session, &pair.client.step), -EINVAL);
	quic_handshake_deinit(pair.client.session);
	pair_destroy(&pair);
}

static int result_of_send(ssize_t retval)
{
	struct pair pair;
	int ret;

	pair_create(&pair, &pki.server, 0);
	pair_init(&pair);
	pair.client.step->s_sendmsg.retval = retval;
	ret = quic_handshake_step(pair.client.session, &pair.client.step);
	ASSERT_EQ(quic_session_get_tls_error(pair.client.session), 0);
	/* A failed handshake stays failed. */
	ASSERT_EQ(quic_handshake_step(pair.client.session, &pair.client.step), -EINVAL);
	pair_destroy(&pair);
	return ret;
}

TEST("S9.6 the failure of a send is returned as it is")
{
	ASSERT_EQ(result_of_send(-EPIPE), -EPIPE);
	ASSERT_EQ(result_of_send(-ENOMEM), -ENOMEM);
}

/* Between the server's receiving of the last message and its step. */
static void leave(uint8_t *bytes, size_t len, void *arg)
{
	const struct pair *pair = arg;

	(void)bytes;
	(void)len;
	if (pair->client.done)
		double_close(CLIENT_FD);
}

TEST("S5.3 S9.8 a client that leaves after its handshake does not fail that of its server")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	pair_run_spoiled(&pair, leave, &pair);
	ASSERT(pair.client.done);
	ASSERT(pair.server.done);
	ASSERT_EQ(pair.server.result, 0);
	pair_destroy(&pair);
}

TEST("S9.6 a short send is EMSGSIZE")
{
	ASSERT_EQ(result_of_send(1), -EMSGSIZE);
}

static uint32_t close_code; /* that the server would close with */

/* Let the server receive a ClientHello that was tampered with by @spoil, and note its close. */
static int result_of_receive(void (*spoil)(struct quic_handshake_step_recvmsg *step))
{
	struct pair pair;
	int ret;

	pair_create(&pair, &pki.server, 0);
	pair_init(&pair);
	ASSERT(end_perform(&pair.client));
	ASSERT(end_perform(&pair.server));
	spoil(&pair.server.step->s_recvmsg);
	ret = quic_handshake_step(pair.server.session, &pair.server.step);
	close_code = double_close_code(SERVER_FD);
	pair_destroy(&pair);
	return ret;
}

static void set_handshake_info(struct quic_handshake_step_recvmsg *step)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(step->msg);

	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = QUIC_HANDSHAKE_INFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(struct quic_handshake_info));
	*CMSG_DATA(cmsg) = QUIC_CRYPTO_INITIAL;
}

static void spoil_result(struct quic_handshake_step_recvmsg *step)
{
	step->retval = -ENOTCONN;
}

static void spoil_length(struct quic_handshake_step_recvmsg *step)
{
	step->retval = 0;
}

static void spoil_trunc(struct quic_handshake_step_recvmsg *step)
{
	step->msg->msg_flags |= MSG_TRUNC;
}

static void spoil_control(struct quic_handshake_step_recvmsg *step)
{
	step->msg->msg_controllen = 0;
}

static void spoil_type(struct quic_handshake_step_recvmsg *step)
{
	CMSG_FIRSTHDR(step->msg)->cmsg_type = QUIC_STREAM_INFO;
}

static void spoil_level(struct quic_handshake_step_recvmsg *step)
{
	*CMSG_DATA(CMSG_FIRSTHDR(step->msg)) = QUIC_CRYPTO_EARLY;
}

/* A ServerHello of ClientHello's bytes. */
static void spoil_message_type(struct quic_handshake_step_recvmsg *step)
{
	*(uint8_t *)step->msg->msg_iov->iov_base = GNUTLS_HANDSHAKE_SERVER_HELLO;
}

/* Everything after the message header. */
static void spoil_bytes(struct quic_handshake_step_recvmsg *step)
{
	memset((uint8_t *)step->msg->msg_iov->iov_base + 4, 0xff, step->retval - 4);
}

TEST("S9.6 what was received and cannot be a message is an errno")
{
	ASSERT_EQ(result_of_receive(spoil_result), -ENOTCONN);
	ASSERT_EQ(result_of_receive(spoil_length), -ECONNRESET);
	ASSERT_EQ(result_of_receive(spoil_trunc), -EMSGSIZE);
	ASSERT_EQ(result_of_receive(spoil_control), -EBADMSG);
	ASSERT_EQ(result_of_receive(spoil_type), -EBADMSG);
	ASSERT_EQ(result_of_receive(spoil_level), -EBADMSG);
}

static void spoil_with_event(struct quic_handshake_step_recvmsg *step)
{
	spoil_control(step);
	step->msg->msg_flags |= MSG_QUIC_NOTIFICATION;
}

TEST("S7.1 an event that is read instead of a message is passed over")
{
	ASSERT_EQ(result_of_receive(spoil_with_event), 0);
}

TEST("S9.6 a message that TLS does not want is a GnuTLS error")
{
	ASSERT_EQ(result_of_receive(spoil_message_type), GNUTLS_E_UNEXPECTED_HANDSHAKE_PACKET);
	ASSERT_EQ(close_code, QUIC_TRANSPORT_ERROR_CRYPTO + GNUTLS_A_UNEXPECTED_MESSAGE);
	ASSERT_EQ(result_of_receive(spoil_bytes), GNUTLS_E_UNEXPECTED_PACKET_LENGTH);
	ASSERT_EQ(close_code, QUIC_TRANSPORT_ERROR_CRYPTO + GNUTLS_A_DECODE_ERROR);
}

/* A message longer than any: 16 MiB, of which nothing but zeros ever comes. */
TEST("S9.6 a message longer than any is refused")
{
	uint8_t *bytes;
	struct pair pair;
	unsigned int i;
	int ret = 0;

	pair_create(&pair, &pki.server, 0);
	pair_init(&pair);
	ASSERT(end_perform(&pair.client));
	ASSERT(end_perform(&pair.server));
	bytes = pair.server.step->s_recvmsg.msg->msg_iov->iov_base;
	memset(bytes, 0, 1000);
	memset(bytes, 0xff, 4);
	bytes[0] = GNUTLS_HANDSHAKE_CLIENT_HELLO;
	for (i = 0; i < 1000 && !ret; i++) {
		pair.server.step->s_recvmsg.retval = 1000;
		ret = quic_handshake_step(pair.server.session, &pair.server.step);
		if (ret)
			break;
		/* The next piece comes with the same control message. */
		memset(bytes, 0, 1000);
		set_handshake_info(&pair.server.step->s_recvmsg);
	}
	ASSERT_EQ(ret, GNUTLS_E_HANDSHAKE_TOO_LARGE);
	pair_destroy(&pair);
}

TEST("S9.8 transport parameters that the socket refuses are EINVAL")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	double_refuse_params(SERVER_FD);
	pair_init(&pair);
	pair_run(&pair);
	ASSERT_EQ(pair.server.result, -EINVAL);
	ASSERT_EQ(quic_session_get_tls_error(pair.server.session), 0);
	ASSERT_EQ(pair.client.result, -ENOTCONN);
	pair_destroy(&pair);
}
