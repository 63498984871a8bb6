/* SPDX-License-Identifier: GPL-2.0-only */
/* Words that tables of scenarios are written in. */
#ifndef TEST_SIM_LINKS_H
#define TEST_SIM_LINKS_H

#define MS		QUIC_MSEC
#define MBIT		125000ULL	/* bytes per second */
#define KB		1000ULL
#define MB		1000000ULL

/* The default link: 15 ms one way, 10 Mbit/s, 25 datagrams of queue. */
#define DEFAULT		.delay = 15 * MS, .rate = 10 * MBIT, .queue = 25
#define LOSSY(percent)	.loss = (percent) * 100, .burst = 3

/* Both directions alike. */
#define LINKS(...)	{ { __VA_ARGS__ }, { __VA_ARGS__ } }

/* Streams of all four types. */
#define STREAMS(client_bidi, client_uni, server_bidi, server_uni) \
	.streams = { { client_bidi, client_uni }, { server_bidi, server_uni } }

#endif
