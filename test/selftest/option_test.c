// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

static int set(int fd, int option, const void *value, socklen_t len)
{
	return setsockopt(fd, SOL_QUIC, option, value, len);
}

static int get(int fd, int option, void *value, socklen_t len)
{
	return getsockopt(fd, SOL_QUIC, option, value, &len) ? -1 : (int)len;
}

static struct quic_config get_config(int fd)
{
	struct quic_config config;

	ASSERT_EQ(get(fd, QUIC_SOCKOPT_CONFIG, &config, sizeof(config)), sizeof(config));
	return config;
}

TEST("T129 S6.1 F54 length and unknown options")
{
	static char value[4097];
	int fd = quic_socket(AF_INET), option;

	for (option = 0; option <= 14; option++)
		ASSERT_ERRNO(set(fd, option, value, sizeof(value)), EINVAL);
	ASSERT_ERRNO(set(fd, 63, value, 4), ENOPROTOOPT);
	ASSERT_ERRNO(set(fd, 99, value, 4), ENOPROTOOPT);
	ASSERT_ERRNO(get(fd, 63, value, 4), ENOPROTOOPT);
	ASSERT_ERRNO(get(fd, 99, value, 4), ENOPROTOOPT);
}

TEST("T130 S6.1 wrong direction")
{
	static const int set_only[] = {
		QUIC_SOCKOPT_STREAM_RESET, QUIC_SOCKOPT_STREAM_STOP_SENDING,
		QUIC_SOCKOPT_CONNECTION_MIGRATION, QUIC_SOCKOPT_KEY_UPDATE,
		QUIC_SOCKOPT_CRYPTO_SECRET,
	};
	int fd = quic_socket(AF_INET);
	char value[64] = { 0 };
	size_t i;

	for (i = 0; i < sizeof(set_only) / sizeof(set_only[0]); i++)
		ASSERT_ERRNO(get(fd, set_only[i], value, sizeof(value)), ENOPROTOOPT);
	ASSERT_ERRNO(set(fd, QUIC_SOCKOPT_STREAM_OPEN, value, 16), ENOPROTOOPT);
	ASSERT_ERRNO(set(fd, QUIC_SOCKOPT_CONN_STATS, value, 16), ENOPROTOOPT);
}

TEST("T131 S6.4 S7.1 event types")
{
	struct quic_event_option option = { .on = 1 };
	int fd = quic_socket(AF_INET), type;

	for (type = QUIC_EVENT_NONE + 1; type < QUIC_EVENT_MAX; type++) {
		option.type = type;
		option.on = 9;
		ASSERT_EQ(get(fd, QUIC_SOCKOPT_EVENT, &option, sizeof(option)), 2);
		ASSERT_EQ(option.on, 0);
		option.on = 9;
		ASSERT_OK(set(fd, QUIC_SOCKOPT_EVENT, &option, sizeof(option)));
		ASSERT_EQ(get(fd, QUIC_SOCKOPT_EVENT, &option, sizeof(option)), 2);
		ASSERT_EQ(option.on, 1);
	}
	option.type = QUIC_EVENT_NONE;
	ASSERT_ERRNO(set(fd, QUIC_SOCKOPT_EVENT, &option, sizeof(option)), EINVAL);
	ASSERT_ERRNO(get(fd, QUIC_SOCKOPT_EVENT, &option, sizeof(option)), EINVAL);
	option.type = QUIC_EVENT_MAX;
	ASSERT_ERRNO(set(fd, QUIC_SOCKOPT_EVENT, &option, sizeof(option)), EINVAL);
	ASSERT_ERRNO(get(fd, QUIC_SOCKOPT_EVENT, &option, sizeof(option)), EINVAL);
}

TEST("T132 S6.51 S6.52 alpn")
{
	int fd = quic_socket(AF_INET);
	char value[128];

	ASSERT_EQ(get(fd, QUIC_SOCKOPT_ALPN, value, sizeof(value)), 0);
	ASSERT_OK(set(fd, QUIC_SOCKOPT_ALPN, "a, b,c", 6));
	ASSERT_EQ(get(fd, QUIC_SOCKOPT_ALPN, value, sizeof(value)), 5);
	ASSERT_MEM(value, "a,b,c", 5);
	ASSERT_ERRNO(get(fd, QUIC_SOCKOPT_ALPN, value, 5), EINVAL);
	ASSERT_EQ(get(fd, QUIC_SOCKOPT_ALPN, value, 6), 5);
	ASSERT_OK(set(fd, QUIC_SOCKOPT_ALPN, "h3", 2));
	ASSERT_EQ(get(fd, QUIC_SOCKOPT_ALPN, value, sizeof(value)), 2);
	ASSERT_MEM(value, "h3", 2);
}

TEST("T133 S6.51 alpn length")
{
	int fd = quic_socket(AF_INET);
	char value[129];

	memset(value, 'a', sizeof(value));
	ASSERT_ERRNO(set(fd, QUIC_SOCKOPT_ALPN, value, 129), EINVAL);
	ASSERT_ERRNO(set(fd, QUIC_SOCKOPT_ALPN, value, 0), EINVAL);
	ASSERT_OK(set(fd, QUIC_SOCKOPT_ALPN, value, 128));
	ASSERT_EQ(get(fd, QUIC_SOCKOPT_ALPN, value, 129), 128);
	ASSERT_OK(set(fd, QUIC_SOCKOPT_ALPN, value, 1));
}

TEST("T136 S6.38 params out of range")
{
	static const struct quic_transport_param bad[] = {
		{ .max_data = 1199 },
		{ .max_data = 536870912 },
		{ .max_stream_data_uni = 1199 },
		{ .max_stream_data_bidi_local = 268435456 },
		{ .max_stream_data_bidi_remote = 268435456 },
		{ .active_connection_id_limit = 1 },
		{ .active_connection_id_limit = 9 },
		{ .ack_delay_exponent = 21 },
		{ .max_datagram_frame_size = 1199 },
		{ .max_udp_payload_size = 1199 },
		{ .max_udp_payload_size = 65528 },
		{ .max_idle_timeout = 999999 },
		{ .max_ack_delay = 16384000 },
		{ .max_streams_bidi = 4097 },
		{ .max_streams_uni = 4097 },
	};
	struct quic_transport_param before, after, value;
	int fd = quic_socket(AF_INET);
	size_t i;

	before = params_get(fd, false);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		value = bad[i];
		/* A good field beside the bad one does not take effect either. */
		value.grease_quic_bit = 1;
		ASSERT_ERRNO(set(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, &value, sizeof(value)), EINVAL);
		after = params_get(fd, false);
		ASSERT_MEM(&after, &before, sizeof(after));
	}
}

TEST("T136 S6.38 S6.41 params at the limits")
{
	struct quic_transport_param high = {
		.max_data = 536870911, .max_stream_data_uni = 268435455,
		.max_stream_data_bidi_local = 268435455, .max_stream_data_bidi_remote = 268435455,
		.active_connection_id_limit = 8, .ack_delay_exponent = 20,
		.max_datagram_frame_size = 65535, .max_udp_payload_size = 65527,
		.max_ack_delay = 16383999, .max_streams_bidi = 4096, .max_streams_uni = 4096,
		.max_idle_timeout = 4294967295, .disable_active_migration = 1,
		.grease_quic_bit = 1, .stateless_reset = 1, .disable_1rtt_encryption = 1,
		.disable_compatible_version = 1,
	};
	struct quic_transport_param value, none = { 0 };
	int fd = quic_socket(AF_INET);

	ASSERT_OK(set(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, &high, sizeof(high)));
	value = params_get(fd, false);
	ASSERT_MEM(&value, &high, sizeof(high));
	/* Zeros change nothing. */
	params_set(fd, none);
	value = params_get(fd, false);
	ASSERT_MEM(&value, &high, sizeof(high));
}

TEST("T137 S6.38 S6.45 nothing changes after the handshake")
{
	struct quic_transport_param params = { .max_data = 100000 };
	struct quic_config config = { .stream_data_nodelay = 1 };
	struct pair pair = pair_connected();

	int fds[2] = { pair.client, pair.server }, i;

	for (i = 0; i < 2; i++) {
		params.remote = 0;
		ASSERT_ERRNO(set(fds[i], QUIC_SOCKOPT_TRANSPORT_PARAM, &params, sizeof(params)),
			     EINVAL);
		params.remote = 1;
		ASSERT_ERRNO(set(fds[i], QUIC_SOCKOPT_TRANSPORT_PARAM, &params, sizeof(params)),
			     EINVAL);
		ASSERT_ERRNO(set(fds[i], QUIC_SOCKOPT_CONFIG, &config, sizeof(config)), EINVAL);
	}
	pair_close(&pair);
}

TEST("T138 S6.38 remote params")
{
	struct quic_transport_param params = { .remote = 1, .max_data = 100000 };
	struct pair pair = pair_listening("127.0.0.1");

	ASSERT_ERRNO(set(pair.client, QUIC_SOCKOPT_TRANSPORT_PARAM, &params, sizeof(params)),
		     EINVAL);
	pair_connect(&pair);
	ASSERT_OK(set(pair.client, QUIC_SOCKOPT_TRANSPORT_PARAM, &params, sizeof(params)));
	params = params_get(pair.client, true);
	ASSERT_EQ(params.max_data, 100000);
	pair_close(&pair);
}

TEST("T139 S6.37 S6.45 defaults")
{
	struct quic_transport_param expected = {
		.active_connection_id_limit = 7, .ack_delay_exponent = 3,
		.max_udp_payload_size = 65527, .max_idle_timeout = 30000000,
		.max_ack_delay = 25000, .max_streams_bidi = 100, .max_streams_uni = 100,
		.max_data = 2097120, .max_stream_data_bidi_local = 1048560,
		.max_stream_data_bidi_remote = 1048560, .max_stream_data_uni = 1048560,
	};
	struct quic_config config, expected_config = { .initial_smoothed_rtt = 333000 };
	struct quic_transport_param params, zero = { .remote = 1 };
	int fd = quic_socket(AF_INET);

	params = params_get(fd, false);
	ASSERT_MEM(&params, &expected, sizeof(params));
	params = params_get(fd, true);
	params.remote = 1;
	ASSERT_MEM(&params, &zero, sizeof(params));
	config = get_config(fd);
	ASSERT_MEM(&config, &expected_config, sizeof(config));
}

TEST("S1.4 reserved bytes are ignored")
{
	struct quic_config config = { .initial_smoothed_rtt = 250000, .reserved = { 1, 2, 0xff } };
	struct quic_config expected = { .initial_smoothed_rtt = 250000 };
	struct quic_connection_close close = { .errcode = 7, .reserved = { 1, 2, 3 } };
	struct pair pair = pair_connected();
	int fd = quic_socket(AF_INET);

	ASSERT_OK(set(fd, QUIC_SOCKOPT_CONFIG, &config, sizeof(config)));
	config = get_config(fd);
	ASSERT_MEM(&config, &expected, sizeof(config));
	ASSERT_OK(set(pair.client, QUIC_SOCKOPT_CONNECTION_CLOSE, &close, sizeof(close)));
	pair_echo(&pair, 0);
	pair_close(&pair);
}

TEST("S6.2 lengths")
{
	struct {
		struct quic_transport_param params;
		char more[8];
	} value = { .params = { .grease_quic_bit = 1 } };
	int fd = quic_socket(AF_INET);

	/* Short: the rest is zero. Long: the rest is ignored. */
	ASSERT_OK(set(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, &value, 3));
	ASSERT_EQ(params_get(fd, false).grease_quic_bit, 1);
	ASSERT_OK(set(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, &value, sizeof(value)));
	ASSERT_EQ(get(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, &value, sizeof(value)), 56);
	ASSERT_EQ(get(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, &value, 12), 12);
}

TEST("S6.1 bad memory")
{
	int fd = quic_socket(AF_INET);

	ASSERT_ERRNO(set(fd, QUIC_SOCKOPT_CONFIG, (void *)8, sizeof(struct quic_config)), EFAULT);
	ASSERT_ERRNO(get(fd, QUIC_SOCKOPT_CONFIG, (void *)8, sizeof(struct quic_config)), EFAULT);
}

TEST("S6.45 config values")
{
	static const struct quic_config bad[] = {
		{ .plpmtud_probe_interval = 4999999 },
		{ .plpmtud_probe_interval = 143165577 },
		{ .initial_smoothed_rtt = 999 },
		{ .initial_smoothed_rtt = 6000001 },
		{ .payload_cipher_type = 50 },
		{ .payload_cipher_type = 55 },
		{ .congestion_control_algo = QUIC_CONG_ALG_MAX },
		{ .keepalive_probe_interval = 1499999 },
	};
	struct quic_config value, before, good = {
		.version = 0x0a0a, .plpmtud_probe_interval = 5000000,
		.initial_smoothed_rtt = 1000, .payload_cipher_type = 54,
		.congestion_control_algo = QUIC_CONG_ALG_CUBIC, .validate_peer_address = 1,
		.stream_data_nodelay = 1, .receive_session_ticket = 255, .certificate_request = 255,
		.keepalive_probe_interval = 1500000,
	};
	int fd = quic_socket(AF_INET);
	size_t i;

	before = get_config(fd);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ASSERT_ERRNO(set(fd, QUIC_SOCKOPT_CONFIG, &bad[i], sizeof(bad[i])), EINVAL);
		value = get_config(fd);
		ASSERT_MEM(&value, &before, sizeof(value));
	}
	config_set(fd, good);
	value = get_config(fd);
	ASSERT_MEM(&value, &good, sizeof(value));
	config_set(fd, (struct quic_config){ 0 });
	value = get_config(fd);
	ASSERT_MEM(&value, &good, sizeof(value));
}

TEST("T140 S6.18 close reason is stored")
{
	struct quic_connection_close info = { .errcode = 77, .frame = 5, .phrase = "going away" };
	static const struct quic_connection_close zero;
	int fd = quic_socket(AF_INET);
	struct quic_connection_close value;

	memset(&value, 0xff, sizeof(value));
	ASSERT_EQ(get(fd, QUIC_SOCKOPT_CONNECTION_CLOSE, &value, sizeof(value)), 72);
	ASSERT_MEM(&value, &zero, sizeof(zero));
	ASSERT_OK(set(fd, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, sizeof(info)));
	ASSERT_EQ(get(fd, QUIC_SOCKOPT_CONNECTION_CLOSE, &value, sizeof(value)), 72);
	info.frame = 0;
	ASSERT_MEM(&value, &info, sizeof(info));
}

TEST("T141 S6.18 long phrase")
{
	struct quic_connection_close info = { .errcode = 1 };
	int fd = quic_socket(AF_INET);

	memset(info.phrase, 'p', sizeof(info.phrase));
	ASSERT_OK(set(fd, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, sizeof(info)));
	ASSERT_EQ(get(fd, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, sizeof(info)), 72);
	ASSERT_EQ(strnlen((char *)info.phrase, sizeof(info.phrase)), 63);
}

TEST("conn stats count")
{
	struct quic_conn_stats client, server;
	struct pair pair = pair_connected();

	ASSERT_EQ(get(pair.client, QUIC_SOCKOPT_CONN_STATS, &client, sizeof(client)),
		  sizeof(client));
	ASSERT_EQ(client.version, QUIC_VERSION_V1);
	ASSERT_EQ(client.cipher_type, TLS_CIPHER_AES_GCM_128);
	ASSERT_EQ(client.streams_opened, 0);
	pair_echo(&pair, 0);
	ASSERT_EQ(get(pair.client, QUIC_SOCKOPT_CONN_STATS, &client, sizeof(client)),
		  sizeof(client));
	ASSERT_EQ(get(pair.server, QUIC_SOCKOPT_CONN_STATS, &server, sizeof(server)),
		  sizeof(server));
	ASSERT_EQ(client.streams_opened, 1);
	ASSERT_EQ(client.streams_accepted, 0);
	ASSERT_EQ(server.streams_accepted, 1);
	ASSERT(client.packets_sent > 2 && client.packets_received > 2);
	ASSERT(client.bytes_sent >= 1200 && client.bytes_received >= 1200);
	ASSERT(client.mtu >= 1200);
	ASSERT(client.cwnd >= 2 * client.mtu);
	ASSERT(client.smoothed_rtt > 0 && client.min_rtt <= client.latest_rtt);
	ASSERT(client.packets_lost < client.packets_sent);
	/* A short buffer gets the first fields. */
	ASSERT_EQ(get(pair.client, QUIC_SOCKOPT_CONN_STATS, &client, 16), 16);
	pair_close(&pair);
}

TEST("S6.51 spaces before names are skipped, and those after them kept")
{
	int fd = quic_socket(AF_INET);
	char value[128];

	ASSERT_OK(set(fd, QUIC_SOCKOPT_ALPN, "  a ,   b c,d  ", 15));
	ASSERT_EQ(get(fd, QUIC_SOCKOPT_ALPN, value, sizeof(value)), 10);
	ASSERT_MEM(value, "a ,b c,d  ", 10);
	/* Like text of C. */
	ASSERT_OK(set(fd, QUIC_SOCKOPT_ALPN, "h3\0garbage", 10));
	ASSERT_EQ(get(fd, QUIC_SOCKOPT_ALPN, value, sizeof(value)), 2);
}

TEST("S5.34 the list of a socket that is no listener is for programs to talk to each other")
{
	struct pair pair = pair_connected();
	char value[128];

	ASSERT_OK(set(pair.client, QUIC_SOCKOPT_ALPN, "h3,h2", 5));
	ASSERT_EQ(get(pair.client, QUIC_SOCKOPT_ALPN, value, sizeof(value)), 5);
	ASSERT_OK(set(pair.server, QUIC_SOCKOPT_ALPN, "h3", 2));
	ASSERT_EQ(get(pair.server, QUIC_SOCKOPT_ALPN, value, sizeof(value)), 2);
	pair_close(&pair);
}

TEST("S1.4 reserved fields mean nothing")
{
	struct quic_config config = { .keepalive_probe_interval = 2000000 };
	struct quic_connection_close close_info = { .errcode = 1 };
	int fd = quic_socket(AF_INET);

	memset(config.reserved, 0xff, sizeof(config.reserved));
	memset(close_info.reserved, 0xff, sizeof(close_info.reserved));
	config_set(fd, config);
	config = get_config(fd);
	ASSERT_EQ(config.keepalive_probe_interval, 2000000);
	ASSERT_EQ(config.reserved[0] | config.reserved[1] | config.reserved[2], 0);
	ASSERT_OK(set(fd, QUIC_SOCKOPT_CONNECTION_CLOSE, &close_info, sizeof(close_info)));
	ASSERT_EQ(get(fd, QUIC_SOCKOPT_CONNECTION_CLOSE, &close_info, sizeof(close_info)), 72);
	ASSERT_EQ(close_info.reserved[0] | close_info.reserved[1] | close_info.reserved[2], 0);
}

TEST("S6.46 S6.45 configuration is taken before, at and during the handshake")
{
	struct quic_config config = { .initial_smoothed_rtt = 5000, .congestion_control_algo = 1 };
	struct pair pair = pair_listening("127.0.0.1");

	config_set(pair.client, config);
	config_set(pair.listener, config);
	pair_connect(&pair);
	pair_hello(&pair);
	ASSERT_EQ(get_config(pair.server).initial_smoothed_rtt, 5000);
	config.initial_smoothed_rtt = 7000;
	config_set(pair.client, config);
	config_set(pair.server, config);
	ASSERT_EQ(get_config(pair.client).initial_smoothed_rtt, 7000);
	ASSERT_EQ(get_config(pair.server).congestion_control_algo, 1);
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	pair_close(&pair);
}

TEST("S5.35 hints for TLS are kept and given back")
{
	struct quic_config config = {
		.payload_cipher_type = TLS_CIPHER_CHACHA20_POLY1305, .certificate_request = 2,
		.receive_session_ticket = 9,
	}, got;
	struct pair pair = pair_listening("127.0.0.1");

	config_set(pair.client, config);
	pair_connect(&pair);
	pair_hello(&pair);
	/* The kernel acts on none of them. */
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	got = get_config(pair.client);
	ASSERT_EQ(got.payload_cipher_type, TLS_CIPHER_CHACHA20_POLY1305);
	ASSERT_EQ(got.certificate_request, 2);
	ASSERT_EQ(got.receive_session_ticket, 9);
	pair_close(&pair);
}
