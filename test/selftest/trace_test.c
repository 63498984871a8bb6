// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tracepoints, whose lines carry what qlog wants to know (docs/observability.md).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "message.h"
#include "netns.h"
#include "pair.h"
#include "tracing.h"
#include "transfer.h"

#define LINE	1024

TEST("tracepoint packet_sent tells type, number, length and frames of each packet")
{
	struct pair pair;
	char line[LINE], id[64];

	tracing_start();
	pair = pair_connected();
	ASSERT(tracing_find("packet_sent", "vantage_point=client packet_type=initial packet_number=0",
			    line, sizeof(line)));
	ASSERT_EQ(tracing_number(line, "length"), 1200);
	tracing_field(line, "frames", id, sizeof(id));
	ASSERT(!strcmp(id, "padding,crypto"));
	/* The client's first Destination Connection ID has eight bytes and names the connection. */
	tracing_field(line, "group_id", id, sizeof(id));
	ASSERT_EQ(strlen(id), 16);
	/* Some may leave between the one and the other. */
	EVENTUALLY(tracing_count("packet_sent", "vantage_point=client") ==
		   stats(pair.client).packets_sent);
	ASSERT(tracing_find("packet_sent", "vantage_point=server packet_type=1RTT", line,
			    sizeof(line)));
	pair_close(&pair);
}

TEST("tracepoint packet_received has the packet that the other end sent")
{
	struct pair pair;
	char line[LINE], words[128], number[32], length[32];

	tracing_start();
	pair = pair_connected();
	pair_echo(&pair, 0);
	ASSERT(tracing_find("packet_sent", "vantage_point=client packet_type=1RTT", line, sizeof(line)));
	tracing_field(line, "packet_number", number, sizeof(number));
	tracing_field(line, "length", length, sizeof(length));
	snprintf(words, sizeof(words),
		 "vantage_point=server packet_type=1RTT packet_number=%s length=%s", number, length);
	EVENTUALLY(tracing_count("packet_received", words));
	EVENTUALLY(tracing_count("packet_received", "vantage_point=server") ==
		   stats(pair.server).packets_received);
	pair_close(&pair);
}

TEST_LIMIT("tracepoint packet_lost reports each loss, metrics_updated the window behind it", 90)
{
	struct netns netns = netns_create();
	struct pair pair;
	int64_t sid = 2;
	char line[LINE];

	tracing_start();
	pair = netns_pair(&netns, FAR_ADDRESS);
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	shell("tc qdisc add dev veth0 root netem loss 10%%");
	/* A transfer takes few trains, and all of them may arrive. */
	do {
		transfer(pair.client, pair.server, sid, 100000);
		sid += 4;
	} while (!stats(pair.client).packets_lost ||
		 !tracing_count("packet_lost", "vantage_point=client is_mtu_probe_packet=false"));
	ASSERT(tracing_find("packet_lost", "vantage_point=client packet_type=1RTT", line,
			    sizeof(line)));
	ASSERT(strstr(line, " trigger=reordering_threshold\n") ||
	       strstr(line, " trigger=time_threshold\n"));
	ASSERT(tracing_number(line, "length") > 0);

	ASSERT(tracing_find("recovery_metrics_updated", "vantage_point=client", line, sizeof(line)));
	ASSERT(tracing_number(line, "congestion_window") >= 2400);
	ASSERT(strstr(line, " smoothed_rtt=") && strstr(line, " rtt_variance=") &&
	       strstr(line, " min_rtt=") && strstr(line, " latest_rtt=") &&
	       strstr(line, " ssthresh=") && strstr(line, " pacing_rate=") &&
	       strstr(line, " packets_in_flight=") && strstr(line, " bytes_in_flight=") &&
	       strstr(line, " pto_count="));
	pair_close(&pair);
}

TEST("tracepoint stream_state_updated follows both sides of a stream")
{
	struct pair pair;

	tracing_start();
	pair = pair_connected();
	stream_write(pair.client, 2, NEW | FIN, "x");
	stream_expect(pair.server, 2, FIN, "x");
	ASSERT_EQ(tracing_count("stream_state_updated", "vantage_point=client stream_id=2 "
				"stream_type=unidirectional stream_side=sending old=ready new=send"), 1);
	ASSERT_EQ(tracing_count("stream_state_updated",
				"vantage_point=client stream_id=2 old=send new=data_sent"), 1);
	EVENTUALLY(tracing_count("stream_state_updated",
				 "vantage_point=client stream_id=2 old=data_sent new=data_received"));
	ASSERT_EQ(tracing_count("stream_state_updated", "vantage_point=server stream_id=2 "
				"stream_side=receiving old=receive new=data_received"), 1);
	pair_close(&pair);
}

TEST("tracepoints connection_state_updated and connection_closed tell how a connection ends")
{
	struct quic_connection_close info = { .errcode = 42 };
	struct pair pair;

	tracing_start();
	pair = pair_connected();
	ASSERT_EQ(tracing_count("connection_state_updated",
				"vantage_point=client old=handshake_started new=handshake_complete"), 1);
	ASSERT_OK(setsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info,
			     sizeof(info)));
	ASSERT_OK(shutdown(pair.client, SHUT_WR));
	ASSERT_EQ(tracing_count("connection_closed", "vantage_point=client initiator=local "
				"application_error=42 trigger=application"), 1);
	EVENTUALLY(tracing_count("connection_closed", "vantage_point=server initiator=remote "
				 "application_error=42 trigger=application") == 1);
	ASSERT_EQ(tracing_count("connection_state_updated",
				"vantage_point=server old=handshake_complete new=draining"), 1);
	pair_close(&pair);
}

TEST("tracepoint packet_dropped gives the reason")
{
	struct netns netns = netns_create();
	struct pair pair;
	char line[LINE];

	tracing_start();
	pair = netns_pair(&netns, FAR_ADDRESS);
	shell("tc qdisc add dev veth0 root netem duplicate 100%%");
	pair_connect(&pair);
	pair_hello(&pair);
	pair_handshake(&pair);
	pair_echo(&pair, 0);
	EVENTUALLY(tracing_find("packet_dropped",
				"vantage_point=server packet_type=1RTT trigger=duplicate", line,
				sizeof(line)));
	ASSERT(tracing_number(line, "length") > 0);
	pair_close(&pair);
}

TEST("tracepoint key_updated reports both directions at both ends")
{
	struct pair pair;

	tracing_start();
	pair = pair_connected();
	pair_echo(&pair, 0);
	ASSERT_OK(setsockopt(pair.client, SOL_QUIC, QUIC_SOCKOPT_KEY_UPDATE, NULL, 0));
	EVENTUALLY(tracing_count("key_updated", "vantage_point=client key_type=client_1rtt_secret "
				 "key_phase=1 trigger=local_update") == 1);
	EVENTUALLY(tracing_count("key_updated", "vantage_point=server key_type=server_1rtt_secret "
				 "key_phase=1 trigger=remote_update") == 1);
	EVENTUALLY(tracing_count("key_updated", "key_phase=1") == 4);
	pair_close(&pair);
}
