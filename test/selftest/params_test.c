// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transport parameters: as options, and as they travel (5.5 and 6.10 of the API).
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "pair.h"

/* RFC 9000, 18.2; RFC 9221; RFC 9287; RFC 9368 */
#define ORIGINAL_DCID		0x00
#define MAX_IDLE_TIMEOUT	0x01
#define RESET_TOKEN		0x02
#define MAX_UDP_PAYLOAD_SIZE	0x03
#define ACK_DELAY_EXPONENT	0x0a
#define MAX_ACK_DELAY		0x0b
#define NO_MIGRATION		0x0c
#define INITIAL_SCID		0x0f
#define RETRY_SCID		0x10
#define VERSIONS		0x11
#define MAX_DATAGRAM		0x20
#define GREASE			0x2ab2
#define NO_ENCRYPTION		0xbaad

#define ABSENT	(-1)

static struct pair pair_handshaking(struct quic_transport_param client,
				    struct quic_transport_param server)
{
	struct pair pair = pair_listening("127.0.0.1");

	params_set(pair.listener, server);
	params_set(pair.client, client);
	pair_connect(&pair);
	pair_hello(&pair);
	return pair;
}

/* RFC 9000, 16 */
static uint64_t varint(const uint8_t **pos)
{
	unsigned int len = 1U << (**pos >> 6), i;
	uint64_t value = **pos & 0x3f;

	for (i = 1; i < len; i++)
		value = value << 8 | (*pos)[i];
	*pos += len;
	return value;
}

/* The length of a parameter that @fd announces, or ABSENT; its value, if it is an integer. */
static int param(int fd, uint64_t wanted, uint64_t *value)
{
	uint8_t bytes[256];
	const uint8_t *pos = bytes, *end;
	socklen_t len = sizeof(bytes);

	ASSERT_OK(getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, bytes, &len));
	for (end = bytes + len; pos < end; pos += len) {
		uint64_t id = varint(&pos);

		len = varint(&pos);
		if (id != wanted)
			continue;
		if (value && len)
			*value = varint(&pos);
		return len;
	}
	return ABSENT;
}

static int64_t param_value(int fd, uint64_t wanted)
{
	uint64_t value = 0;

	ASSERT(param(fd, wanted, &value) > 0);
	return value;
}

TEST("S5.16 what a client and a server announce")
{
	struct quic_transport_param none = { 0 };
	struct pair pair = pair_handshaking(none, none);

	ASSERT(param(pair.client, INITIAL_SCID, NULL) >= 0);
	ASSERT_EQ(param(pair.client, ORIGINAL_DCID, NULL), ABSENT);
	ASSERT_EQ(param(pair.client, RESET_TOKEN, NULL), ABSENT);
	ASSERT_EQ(param(pair.client, RETRY_SCID, NULL), ABSENT);
	ASSERT_EQ(param_value(pair.client, MAX_IDLE_TIMEOUT), 30000);
	/* Defaults of the RFC, and what is off. */
	ASSERT_EQ(param(pair.client, MAX_UDP_PAYLOAD_SIZE, NULL), ABSENT);
	ASSERT_EQ(param(pair.client, ACK_DELAY_EXPONENT, NULL), ABSENT);
	ASSERT_EQ(param(pair.client, MAX_ACK_DELAY, NULL), ABSENT);
	ASSERT_EQ(param(pair.client, NO_MIGRATION, NULL), ABSENT);
	ASSERT_EQ(param(pair.client, MAX_DATAGRAM, NULL), ABSENT);
	ASSERT_EQ(param(pair.client, GREASE, NULL), ABSENT);
	ASSERT_EQ(param(pair.client, NO_ENCRYPTION, NULL), ABSENT);
	ASSERT(param(pair.client, VERSIONS, NULL) >= 8);

	ASSERT(param(pair.server, INITIAL_SCID, NULL) > 0);
	ASSERT(param(pair.server, ORIGINAL_DCID, NULL) >= 8);
	ASSERT_EQ(param(pair.server, RESET_TOKEN, NULL), ABSENT);
	ASSERT_EQ(param(pair.server, RETRY_SCID, NULL), ABSENT);
	pair_close(&pair);
}

TEST("S5.16 S6.39 S5.15 what is set is announced, times in whole milliseconds, in 256 bytes")
{
	struct quic_transport_param all = {
		.disable_active_migration = 1, .grease_quic_bit = 1, .stateless_reset = 1,
		.disable_1rtt_encryption = 1, .disable_compatible_version = 1,
		.active_connection_id_limit = 8, .ack_delay_exponent = 20,
		.max_datagram_frame_size = 65535, .max_udp_payload_size = 1201,
		.max_idle_timeout = 1500001, .max_ack_delay = 16382001,
		.max_streams_bidi = 4096, .max_streams_uni = 4096, .max_data = 536870911,
		.max_stream_data_bidi_local = 268435455, .max_stream_data_bidi_remote = 268435455,
		.max_stream_data_uni = 268435455,
	};
	struct quic_transport_param none = { 0 };
	struct pair pair = pair_handshaking(none, none);
	int fds[2] = { pair.client, pair.server }, i;

	for (i = 0; i < 2; i++) {
		/* On sockets that shake hands already. */
		params_set(fds[i], all);
		ASSERT_EQ(param_value(fds[i], MAX_IDLE_TIMEOUT), 1501);
		ASSERT_EQ(param_value(fds[i], MAX_ACK_DELAY), 16383);
		ASSERT_EQ(param_value(fds[i], MAX_UDP_PAYLOAD_SIZE), 1201);
		ASSERT_EQ(param_value(fds[i], ACK_DELAY_EXPONENT), 20);
		ASSERT_EQ(param_value(fds[i], MAX_DATAGRAM), 65535);
		ASSERT_EQ(param(fds[i], NO_MIGRATION, NULL), 0);
		ASSERT_EQ(param(fds[i], GREASE, NULL), 0);
		ASSERT_EQ(param(fds[i], NO_ENCRYPTION, NULL), 0);
		ASSERT_EQ(param(fds[i], VERSIONS, NULL), ABSENT);
	}
	ASSERT_EQ(param(pair.client, RESET_TOKEN, NULL), ABSENT);
	ASSERT_EQ(param(pair.server, RESET_TOKEN, NULL), 16);
	pair_close(&pair);
}

TEST("S6.39 values set between accept and handshake are those that the peer gets")
{
	struct quic_transport_param none = { 0 }, got;
	struct pair pair = pair_handshaking(none, none);

	params_set(pair.server, (struct quic_transport_param){ .max_streams_bidi = 2, .max_data = 5000 });
	params_set(pair.client, (struct quic_transport_param){ .max_streams_uni = 3 });
	pair_handshake(&pair);
	got = params_get(pair.client, true);
	ASSERT_EQ(got.max_streams_bidi, 2);
	ASSERT_EQ(got.max_data, 5000);
	got = params_get(pair.server, true);
	ASSERT_EQ(got.max_streams_uni, 3);
	/* They bind as well. */
	stream_write(pair.client, 4, NEW, "x");
	ASSERT_ERRNO(stream_send(pair.client, 8, NEW | NOWAIT, "x", 1), EAGAIN);
	stream_write(pair.server, 11, NEW, "x");
	ASSERT_ERRNO(stream_send(pair.server, 15, NEW | NOWAIT, "x", 1), EAGAIN);
	pair_close(&pair);
}

TEST("S6.37 S6.38 the peer's parameters are nothing, then the RFC's defaults and what was set, then its own")
{
	struct quic_transport_param none = { 0 }, got, zero = { .remote = 1 };
	struct pair pair = pair_handshaking(none, none);

	got = params_get(pair.client, true);
	got.remote = 1;
	ASSERT_MEM(&got, &zero, sizeof(zero));
	params_set(pair.client, (struct quic_transport_param){ .remote = 1, .max_data = 9999 });
	got = params_get(pair.client, true);
	ASSERT_EQ(got.max_data, 9999);
	ASSERT_EQ(got.max_udp_payload_size, 65527);
	ASSERT_EQ(got.ack_delay_exponent, 3);
	ASSERT_EQ(got.max_ack_delay, 25000);
	ASSERT_EQ(got.active_connection_id_limit, 2);
	pair_handshake(&pair);
	got = params_get(pair.client, true);
	ASSERT_EQ(got.max_data, 2097120);
	ASSERT_EQ(got.active_connection_id_limit, 7);
	pair_close(&pair);
}

TEST("S6.38 streams beyond 4096 are an error of ours, but not of the peer")
{
	struct quic_transport_param none = { 0 }, got;
	struct pair pair = pair_handshaking(none, none);

	params_set(pair.client, (struct quic_transport_param){
		.remote = 1, .max_streams_bidi = 65535, .max_streams_uni = 4097, .max_data = 1ULL << 40,
		.max_stream_data_uni = 1 });
	got = params_get(pair.client, true);
	ASSERT_EQ(got.max_streams_bidi, 4096);
	ASSERT_EQ(got.max_streams_uni, 4096);
	ASSERT_EQ(got.max_data, 1ULL << 40);
	pair_close(&pair);
}

TEST("S6.40 what the peer said, whatever it was, may be set for the next connection")
{
	struct quic_transport_param wide = {
		.max_data = 536870911, .max_streams_bidi = 4096, .max_datagram_frame_size = 65535,
		.max_idle_timeout = 4294967295, .max_ack_delay = 16383000, .ack_delay_exponent = 20,
		.active_connection_id_limit = 8, .stateless_reset = 1, .grease_quic_bit = 1,
	}, got, again;
	struct pair pair = pair_connected_params(wide, wide), next = pair_listening("127.0.0.1");

	got = params_get(pair.client, true);
	got.remote = 1;
	pair_connect(&next);
	params_set(next.client, got);
	again = params_get(next.client, true);
	again.remote = 1;
	/* A token belongs to one connection. */
	got.stateless_reset = again.stateless_reset;
	ASSERT_MEM(&again, &got, sizeof(got));
	pair_close(&pair);
	pair_close(&next);
}

static int set_ext(int fd, const void *data, socklen_t len)
{
	return setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, data, len);
}

/* The client's bytes with something put behind them, for the server. */
static int set_spoiled(const void *tail, size_t tail_len)
{
	struct quic_transport_param none = { 0 };
	struct pair pair = pair_handshaking(none, none);
	uint8_t bytes[512];
	socklen_t len = 256;
	int ret, error;

	ASSERT_OK(getsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, bytes, &len));
	memcpy(bytes + len, tail, tail_len);
	ret = set_ext(pair.server, bytes, len + tail_len);
	error = errno;
	/* What was refused ends the connection. */
	ASSERT_EQ(!!(poll_events(pair.server) & POLLHUP), ret < 0);
	pair_close(&pair);
	errno = error;
	return ret;
}

TEST("S5.18 parameters that break a rule are refused")
{
	static const uint8_t token[18] = { RESET_TOKEN, 16 };
	static const struct {
		uint8_t bytes[8];
		size_t len;
	} bad[] = {
		{ { MAX_IDLE_TIMEOUT, 1, 5 }, 3 },		/* for the second time */
		{ { ORIGINAL_DCID, 0 }, 2 },			/* a server's */
		{ { RETRY_SCID, 0 }, 2 },
		{ { MAX_UDP_PAYLOAD_SIZE, 2, 0x44, 0xaf }, 4 },	/* 1199 */
		{ { ACK_DELAY_EXPONENT, 1, 21 }, 3 },
		{ { MAX_ACK_DELAY, 4, 0x80, 0, 0x40, 0 }, 6 },	/* 2^14 */
		{ { MAX_ACK_DELAY, 2, 5, 5 }, 4 },		/* an integer and something else */
		{ { NO_MIGRATION, 1, 1 }, 3 },			/* a flag with a value */
		{ { 0x6a, 0xb2, 1, 1 }, 4 },
		{ { MAX_DATAGRAM, 1 }, 2 },			/* cut off */
		{ { MAX_DATAGRAM }, 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ASSERT_ERRNO(set_spoiled(bad[i].bytes, bad[i].len), EINVAL);
	ASSERT_ERRNO(set_spoiled(token, sizeof(token)), EINVAL);
	/* Unknown ones are skipped, and the good ones at their limits are fine. */
	ASSERT_OK(set_spoiled("\x21\x03xyz", 5));
	ASSERT_OK(set_spoiled("\x03\x02\x44\xb0", 4));
	ASSERT_OK(set_spoiled("\x0a\x01\x14\x0b\x02\x7f\xff", 7));
	ASSERT_OK(set_spoiled("", 0));
}

TEST("S5.18 parameters of another connection are refused")
{
	struct quic_transport_param none = { 0 };
	struct pair pair = pair_handshaking(none, none), other = pair_handshaking(none, none);
	uint8_t bytes[256];
	socklen_t len = sizeof(bytes);

	ASSERT_OK(getsockopt(other.client, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, bytes, &len));
	ASSERT_ERRNO(set_ext(pair.server, bytes, len), EINVAL);
	ASSERT_OK(set_ext(other.server, bytes, len));
	/* None at all is not a set of defaults: the connection ID has to be there. */
	ASSERT_ERRNO(set_ext(pair_handshaking(none, none).server, NULL, 0), EINVAL);
	pair_close(&pair);
	pair_close(&other);
}
