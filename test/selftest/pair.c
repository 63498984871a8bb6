// SPDX-License-Identifier: GPL-2.0-only
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

#define RECEIVE_SECONDS	5

static void receive_within(int fd, int seconds)
{
	struct timeval patience = { .tv_sec = seconds * test_slowness() };

	ASSERT_OK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)));
}

int patient_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	ASSERT_OK(fd);
	receive_within(fd, RECEIVE_SECONDS);
	return fd;
}

int quic_socket(int family)
{
	return patient_socket(family, SOCK_DGRAM, IPPROTO_QUIC);
}

int quic_listener(const char *host)
{
	struct address addr = address(host, 0);
	int fd = quic_socket(addr.sa.sa_family);

	ASSERT_OK(address_bind(fd, &addr));
	ASSERT_OK(listen(fd, 16));
	return fd;
}

void params_set(int fd, struct quic_transport_param params)
{
	ASSERT_OK(setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM, &params, sizeof(params)));
}

struct quic_transport_param params_get(int fd, bool remote)
{
	struct quic_transport_param params = { .remote = remote };
	socklen_t len = sizeof(params);

	ASSERT_OK(getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM, &params, &len));
	ASSERT_EQ(len, sizeof(params));
	return params;
}

void config_set(int fd, struct quic_config config)
{
	ASSERT_OK(setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONFIG, &config, sizeof(config)));
}

struct quic_conn_stats stats(int fd)
{
	struct quic_conn_stats value;
	socklen_t len = sizeof(value);

	ASSERT_OK(getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONN_STATS, &value, &len));
	return value;
}

int secret_set(int fd, int level, bool send, bool from_client, uint32_t cipher)
{
	struct quic_crypto_secret secret = { .send = send, .level = level, .type = cipher };

	memset(secret.secret, 16 * level + from_client + 1, sizeof(secret.secret));
	return setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CRYPTO_SECRET, &secret, sizeof(secret));
}

struct pair pair_listening(const char *host)
{
	struct pair pair = { .server = -1, .cipher = TLS_CIPHER_AES_GCM_128 };

	pair.listener = quic_listener(host);
	pair.client = quic_socket(address_local(pair.listener).sa.sa_family);
	return pair;
}

void pair_connect(struct pair *pair)
{
	struct address addr = address_local(pair->listener);

	ASSERT_OK(address_connect(pair->client, &addr));
}

void pair_hello(struct pair *pair)
{
	ASSERT_EQ(handshake_send(pair->client, QUIC_CRYPTO_INITIAL, "client hello", 12, 0), 12);
	pair->server = accept(pair->listener, NULL, NULL);
	ASSERT_OK(pair->server);
	handshake_expect(pair->server, QUIC_CRYPTO_INITIAL, "client hello");
}

static void params_transfer(int from, int to)
{
	uint8_t bytes[256];
	socklen_t len = sizeof(bytes);

	ASSERT_OK(getsockopt(from, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, bytes, &len));
	ASSERT_OK(setsockopt(to, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, bytes, len));
}

void pair_handshake_within(struct pair *pair, int seconds)
{
	int client = pair->client, server = pair->server;
	uint32_t cipher = pair->cipher;

	receive_within(client, seconds);
	receive_within(server, seconds);
	params_transfer(client, server);
	ASSERT_OK(secret_set(server, QUIC_CRYPTO_HANDSHAKE, true, false, cipher));
	ASSERT_OK(secret_set(server, QUIC_CRYPTO_HANDSHAKE, false, true, cipher));
	ASSERT_EQ(handshake_send(server, QUIC_CRYPTO_INITIAL, "server hello", 12, MSG_MORE), 12);
	ASSERT_EQ(handshake_send(server, QUIC_CRYPTO_HANDSHAKE, "server flight", 13, 0), 13);
	ASSERT_OK(secret_set(server, QUIC_CRYPTO_APP, true, false, cipher));

	handshake_expect(client, QUIC_CRYPTO_INITIAL, "server hello");
	ASSERT_OK(secret_set(client, QUIC_CRYPTO_HANDSHAKE, true, true, cipher));
	ASSERT_OK(secret_set(client, QUIC_CRYPTO_HANDSHAKE, false, false, cipher));
	handshake_expect(client, QUIC_CRYPTO_HANDSHAKE, "server flight");
	params_transfer(server, client);
	ASSERT_OK(secret_set(client, QUIC_CRYPTO_APP, true, true, cipher));
	ASSERT_OK(secret_set(client, QUIC_CRYPTO_APP, false, false, cipher));
	ASSERT_EQ(handshake_send(client, QUIC_CRYPTO_HANDSHAKE, "finished", 8, 0), 8);

	handshake_expect(server, QUIC_CRYPTO_HANDSHAKE, "finished");
	ASSERT_OK(secret_set(server, QUIC_CRYPTO_APP, false, true, cipher));
}

void pair_handshake(struct pair *pair)
{
	pair_handshake_within(pair, RECEIVE_SECONDS);
}

struct pair pair_connected_params(struct quic_transport_param client,
				  struct quic_transport_param server)
{
	struct pair pair = pair_listening("127.0.0.1");

	params_set(pair.listener, server);
	params_set(pair.client, client);
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	return pair;
}

struct pair pair_connected(void)
{
	struct quic_transport_param defaults = { 0 };

	return pair_connected_params(defaults, defaults);
}

void pair_close(struct pair *pair)
{
	close(pair->client);
	if (pair->server >= 0)
		close(pair->server);
	close(pair->listener);
}

void pair_echo(struct pair *pair, int64_t sid)
{
	stream_write(pair->client, sid, NEW | FIN, "ping");
	stream_expect(pair->server, sid, FIN, "ping");
	stream_write(pair->server, sid, FIN, "pong");
	stream_expect(pair->client, sid, FIN, "pong");
}

int poll_events(int fd)
{
	struct pollfd pfd = {
		.fd = fd,
		.events = POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM | POLLRDHUP | POLLPRI,
	};

	ASSERT_OK(poll(&pfd, 1, 0));
	return pfd.revents;
}

int queued(int fd, unsigned long command)
{
	int bytes = -1;

	ASSERT_OK(ioctl(fd, command, &bytes));
	return bytes;
}
