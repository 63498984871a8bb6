// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

static int client_hello(const struct address *addr)
{
	int fd = quic_socket(AF_INET);

	ASSERT_OK(address_connect(fd, addr));
	ASSERT_EQ(handshake_send(fd, QUIC_CRYPTO_INITIAL, "hello", 5, 0), 5);
	return fd;
}

TEST("T031 S2.27 accept returns before tls")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct message message;

	pair_connect(&pair);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "client hello", 12, 0), 12);
	pair.server = accept(pair.listener, NULL, NULL);
	ASSERT_OK(pair.server);
	ASSERT_EQ(message_recv(pair.server, &message, 100, MSG_DONTWAIT), 12);
	ASSERT_MEM(message.data, "client hello", 12);
	ASSERT(message.has_level);
	ASSERT_EQ(message.level, QUIC_CRYPTO_INITIAL);
	ASSERT_EQ(message.flags, MSG_EOR);
	ASSERT(!message.has_stream);
	pair_close(&pair);
}

TEST("T032 S2.31 handshake after the listener closed")
{
	struct pair pair = pair_listening("127.0.0.1");

	pair_connect(&pair);
	pair_hello(&pair);
	close(pair.listener);
	pair_handshake(&pair);
	stream_write(pair.client, 0, NEW, "data");
	stream_expect(pair.server, 0, 0, "data");
	close(pair.client);
	close(pair.server);
}

TEST("T033 S2.30 S2.21 timeouts and events are inherited")
{
	struct quic_event_option option = { .type = QUIC_EVENT_KEY_UPDATE };
	struct pair pair = pair_listening("127.0.0.1");
	struct timeval time = { .tv_sec = 77 };
	socklen_t len = sizeof(time);

	ASSERT_OK(setsockopt(pair.listener, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)));
	event_enable(pair.listener, QUIC_EVENT_KEY_UPDATE, true);
	pair_connect(&pair);
	pair_hello(&pair);

	time.tv_sec = 0;
	ASSERT_OK(getsockopt(pair.server, SOL_SOCKET, SO_RCVTIMEO, &time, &len));
	ASSERT_EQ(time.tv_sec, 77);
	len = sizeof(option);
	ASSERT_OK(getsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_EVENT, &option, &len));
	ASSERT_EQ(option.on, 1);
	pair_close(&pair);
}

TEST("T034 S2.20 backlog of one holds two")
{
	struct address addr = address("127.0.0.1", 0);
	int fd = quic_socket(AF_INET);

	ASSERT_OK(address_bind(fd, &addr));
	ASSERT_OK(listen(fd, 1));
	addr = address_local(fd);
	client_hello(&addr);
	client_hello(&addr);
	ASSERT_OK(accept(fd, NULL, NULL));
	ASSERT_OK(accept(fd, NULL, NULL));
}

TEST("T039 S2.7 S2.22 S2.10 dual stack listener")
{
	struct pair pair = pair_listening("::");
	struct address addr, peer = { .len = sizeof(peer.storage) };

	addr = address_local(pair.listener);
	addr = address("127.0.0.1", address_port(&addr));
	close(pair.client);
	pair.client = quic_socket(AF_INET);
	ASSERT_OK(address_connect(pair.client, &addr));
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "client hello", 12, 0), 12);
	pair.server = accept(pair.listener, &peer.sa, &peer.len);
	ASSERT_OK(pair.server);
	ASSERT_EQ(peer.sa.sa_family, AF_INET);
	ASSERT_EQ(peer.len, 16);
	addr = address_local(pair.client);
	ASSERT_MEM(&peer.in, &addr.in, sizeof(peer.in));

	handshake_expect(pair.server, QUIC_CRYPTO_INITIAL, "client hello");
	pair_handshake(&pair);
	stream_write(pair.server, 1, NEW, "over IPv4");
	stream_expect(pair.client, 1, 0, "over IPv4");
	pair_close(&pair);
}

TEST("S2.29 names of the accepted socket")
{
	struct pair pair = pair_listening("0.0.0.0");
	struct address addr, local, peer;

	addr = address_local(pair.listener);
	addr = address("127.0.0.1", address_port(&addr));
	ASSERT_OK(address_connect(pair.client, &addr));
	pair_hello(&pair);
	local = address_local(pair.server);
	ASSERT_MEM(&local.in, &addr.in, sizeof(addr.in));
	peer = address_peer(pair.server);
	addr = address_local(pair.client);
	ASSERT_MEM(&peer.in, &addr.in, sizeof(addr.in));
	pair_close(&pair);
}

TEST("S2.30 S2.21 options are inherited")
{
	struct quic_connection_close info = { .errcode = 5 };
	struct pair pair = pair_listening("127.0.0.1");
	struct quic_transport_param params;
	struct quic_config config;
	socklen_t len;

	params_set(pair.listener, (struct quic_transport_param){ .max_streams_uni = 7 });
	config_set(pair.listener, (struct quic_config){ .stream_data_nodelay = 9 });
	ASSERT_OK(setsockopt(pair.listener, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info,
			     sizeof(info)));
	pair_connect(&pair);
	pair_hello(&pair);

	params = params_get(pair.server, false);
	ASSERT_EQ(params.max_streams_uni, 7);
	len = sizeof(config);
	ASSERT_OK(getsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_CONFIG, &config, &len));
	ASSERT_EQ(config.stream_data_nodelay, 1);
	len = sizeof(info);
	ASSERT_OK(getsockopt(pair.server, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, &len));
	ASSERT_EQ(info.errcode, 0);
	pair_close(&pair);
}

TEST("many connections on one port")
{
	struct address addr;
	int clients[20], servers[20], listener = quic_listener("127.0.0.1"), i;
	struct pair pairs[20];

	addr = address_local(listener);
	for (i = 0; i < 20; i++) {
		pairs[i] = (struct pair){
			.listener = listener, .client = quic_socket(AF_INET),
			.cipher = TLS_CIPHER_AES_GCM_128,
		};
		pair_connect(&pairs[i]);
		pair_hello(&pairs[i]);
		pair_handshake(&pairs[i]);
		clients[i] = pairs[i].client;
		servers[i] = pairs[i].server;
	}
	for (i = 0; i < 20; i++) {
		char text[2] = { 'a' + i };
		struct address local = address_local(servers[i]);

		ASSERT_EQ(address_port(&local), address_port(&addr));
		stream_write(clients[i], 0, NEW | FIN, text);
		stream_expect(servers[i], 0, FIN, text);
	}
}

TEST("S2.31 closing the listener drops what waits")
{
	struct pair pair = pair_listening("127.0.0.1");
	struct address addr = address_local(pair.listener);

	pair_connect(&pair);
	ASSERT_EQ(handshake_send(pair.client, QUIC_CRYPTO_INITIAL, "client hello", 12, 0), 12);
	EVENTUALLY(poll_events(pair.listener));
	close(pair.listener);
	pair.listener = quic_socket(AF_INET);
	ASSERT_OK(address_bind(pair.listener, &addr));
	ASSERT_OK(listen(pair.listener, 1));
	ASSERT_EQ(poll_events(pair.listener), 0);
	pair_close(&pair);
}
