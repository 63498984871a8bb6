// SPDX-License-Identifier: GPL-2.0-only
/*
 * QUIC as other parts of the kernel use it: options with kernel pointers (S5.40), socket calls with control
 * messages in kernel memory (S5.41). The handshake is played, as in test/selftest/pair.c.
 */
#include <linux/in.h>
#include <linux/quic.h>
#include <linux/tls.h>

#include "socket.h"

#define FIN MSG_QUIC_STREAM_FIN

static int option_set(struct socket *sock, int name, void *value, unsigned int len)
{
	return quic_do_setsockopt(sock->sk, name, KERNEL_SOCKPTR(value), len);
}

static int option_get(struct socket *sock, int name, void *value, int *len)
{
	return quic_do_getsockopt(sock->sk, name, KERNEL_SOCKPTR(value), KERNEL_SOCKPTR(len));
}

static void options_are_those_of_the_system_calls(struct kunit *test)
{
	struct socket *sock = quic_test_socket(test);
	struct quic_config config = { .initial_smoothed_rtt = 200000 }, got = {};
	int len = sizeof(got), less = 4;
	char alpn[16] = {};

	KUNIT_EXPECT_EQ(test, 0, option_set(sock, QUIC_SOCKOPT_CONFIG, &config, sizeof(config)));
	KUNIT_EXPECT_EQ(test, 0, option_get(sock, QUIC_SOCKOPT_CONFIG, &got, &len));
	KUNIT_EXPECT_EQ(test, (int)sizeof(got), len);
	KUNIT_EXPECT_EQ(test, 200000, got.initial_smoothed_rtt);

	KUNIT_EXPECT_EQ(test, 0, option_set(sock, QUIC_SOCKOPT_ALPN, "sample", 6));
	len = sizeof(alpn);
	KUNIT_EXPECT_EQ(test, 0, option_get(sock, QUIC_SOCKOPT_ALPN, alpn, &len));
	KUNIT_EXPECT_STREQ(test, "sample", alpn);

	/* S6.2 */
	KUNIT_EXPECT_EQ(test, 0, option_get(sock, QUIC_SOCKOPT_CONFIG, &got, &less));
	KUNIT_EXPECT_EQ(test, 4, less);
	KUNIT_EXPECT_EQ(test, -ENOPROTOOPT, option_set(sock, 1000, alpn, sizeof(alpn)));
}

static int send(struct socket *sock, int type, const void *info, size_t info_len, const char *text)
{
	char control[CMSG_SPACE(sizeof(struct quic_stream_info))] = {};
	struct msghdr msg = { .msg_control = control, .msg_controllen = CMSG_SPACE(info_len) };
	struct kvec vec = { .iov_base = (void *)text, .iov_len = strlen(text) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(info_len);
	memcpy(CMSG_DATA(cmsg), info, info_len);
	return kernel_sendmsg(sock, &msg, &vec, 1, vec.iov_len);
}

static int send_handshake(struct socket *sock, u8 level, const char *text)
{
	struct quic_handshake_info info = { .crypto_level = level };

	return send(sock, QUIC_HANDSHAKE_INFO, &info, sizeof(info), text);
}

/* The next message is @text, and its control message of @type says @info. */
static void expect(struct kunit *test, struct socket *sock, int type, const void *info, size_t info_len,
		   const char *text)
{
	char control[CMSG_SPACE(sizeof(struct quic_stream_info))] = {}, bytes[64] = {};
	struct cmsghdr *cmsg = (struct cmsghdr *)control;
	struct msghdr msg = { .msg_control = control, .msg_controllen = sizeof(control) };
	struct kvec vec = { .iov_base = bytes, .iov_len = sizeof(bytes) - 1 };

	KUNIT_ASSERT_EQ(test, (int)strlen(text), kernel_recvmsg(sock, &msg, &vec, 1, vec.iov_len, 0));
	KUNIT_EXPECT_STREQ(test, text, bytes);
	KUNIT_EXPECT_EQ(test, SOL_QUIC, cmsg->cmsg_level);
	KUNIT_EXPECT_EQ(test, type, cmsg->cmsg_type);
	KUNIT_EXPECT_EQ(test, 0, memcmp(CMSG_DATA(cmsg), info, info_len));
}

static void expect_handshake(struct kunit *test, struct socket *sock, u8 level, const char *text)
{
	struct quic_handshake_info info = { .crypto_level = level };

	expect(test, sock, QUIC_HANDSHAKE_INFO, &info, sizeof(info), text);
}

static void secret(struct kunit *test, struct socket *sock, u8 level, bool send, bool of_client)
{
	struct quic_crypto_secret secret = {
		.send = send, .level = level, .type = TLS_CIPHER_AES_GCM_128,
	};

	memset(secret.secret, 16 * level + of_client + 1, sizeof(secret.secret));
	KUNIT_ASSERT_EQ(test, 0, option_set(sock, QUIC_SOCKOPT_CRYPTO_SECRET, &secret, sizeof(secret)));
}

static void pass_params(struct kunit *test, struct socket *from, struct socket *to)
{
	u8 bytes[256];
	int len = sizeof(bytes);

	KUNIT_ASSERT_EQ(test, 0, option_get(from, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, bytes, &len));
	KUNIT_ASSERT_EQ(test, 0, option_set(to, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, bytes, len));
}

static struct socket *serve(struct kunit *test, struct sockaddr_in *address)
{
	struct socket *listener = quic_test_socket(test);

	KUNIT_ASSERT_EQ(test, 0, kernel_bind(listener, (struct sockaddr *)address, sizeof(*address)));
	KUNIT_ASSERT_EQ(test, 0, kernel_listen(listener, 1));
	KUNIT_ASSERT_LT(test, 0, kernel_getsockname(listener, (struct sockaddr *)address));
	return listener;
}

static void handshake(struct kunit *test, struct socket *client, struct socket *server)
{
	pass_params(test, client, server);
	secret(test, server, QUIC_CRYPTO_HANDSHAKE, true, false);
	secret(test, server, QUIC_CRYPTO_HANDSHAKE, false, true);
	KUNIT_ASSERT_EQ(test, 12, send_handshake(server, QUIC_CRYPTO_INITIAL, "server hello"));
	KUNIT_ASSERT_EQ(test, 13, send_handshake(server, QUIC_CRYPTO_HANDSHAKE, "server flight"));
	secret(test, server, QUIC_CRYPTO_APP, true, false);

	expect_handshake(test, client, QUIC_CRYPTO_INITIAL, "server hello");
	secret(test, client, QUIC_CRYPTO_HANDSHAKE, true, true);
	secret(test, client, QUIC_CRYPTO_HANDSHAKE, false, false);
	expect_handshake(test, client, QUIC_CRYPTO_HANDSHAKE, "server flight");
	pass_params(test, server, client);
	secret(test, client, QUIC_CRYPTO_APP, true, true);
	secret(test, client, QUIC_CRYPTO_APP, false, false);
	KUNIT_ASSERT_EQ(test, 8, send_handshake(client, QUIC_CRYPTO_HANDSHAKE, "finished"));

	expect_handshake(test, server, QUIC_CRYPTO_HANDSHAKE, "finished");
	secret(test, server, QUIC_CRYPTO_APP, false, true);
}

static void a_message_goes_to_a_server_and_back(struct kunit *test)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct socket *listener = serve(test, &address), *client = quic_test_socket(test), *server;
	struct quic_stream_info question = { .stream_id = 2, .stream_flags = MSG_QUIC_STREAM_NEW | FIN };
	struct quic_stream_info answer = { .stream_id = 1, .stream_flags = MSG_QUIC_STREAM_NEW | FIN };
	struct quic_stream_info seen = { .stream_flags = FIN };

	KUNIT_ASSERT_EQ(test, 0,
			kernel_connect(client, (struct sockaddr *)&address, sizeof(address), 0));
	KUNIT_ASSERT_EQ(test, 12, send_handshake(client, QUIC_CRYPTO_INITIAL, "client hello"));
	KUNIT_ASSERT_EQ(test, 0, kernel_accept(listener, &server, 0));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, quic_test_release, server));
	expect_handshake(test, server, QUIC_CRYPTO_INITIAL, "client hello");
	handshake(test, client, server);

	KUNIT_EXPECT_EQ(test, 8, send(client, QUIC_STREAM_INFO, &question, sizeof(question), "question"));
	seen.stream_id = 2;
	expect(test, server, QUIC_STREAM_INFO, &seen, 12, "question");
	KUNIT_EXPECT_EQ(test, 6, send(server, QUIC_STREAM_INFO, &answer, sizeof(answer), "answer"));
	seen.stream_id = 1;
	expect(test, client, QUIC_STREAM_INFO, &seen, 12, "answer");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(options_are_those_of_the_system_calls),
	KUNIT_CASE(a_message_goes_to_a_server_and_back),
	{}
};

static struct kunit_suite suite = {
	.name = "quic_consumer",
	.test_cases = cases,
};

kunit_test_suite(suite);
