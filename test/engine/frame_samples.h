/* SPDX-License-Identifier: GPL-2.0-only */
/* At least one valid form of every frame: for unit tests, and what fuzzing starts from. */
#ifndef TEST_ENGINE_FRAME_SAMPLES_H
#define TEST_ENGINE_FRAME_SAMPLES_H

#include "frame.h"

#define I	BIT(QUIC_PACKET_INITIAL)
#define H	BIT(QUIC_PACKET_HANDSHAKE)
#define Z	BIT(QUIC_PACKET_0RTT)
#define O	BIT(QUIC_PACKET_1RTT)

/* RFC 9000, 12.4, table 3: where each frame may stand. @open: it reaches to the packet's end. */
static const struct frame_sample {
	const char *hex;
	u8 in;
	bool open;
} frame_samples[] = {
	{ "00", I | H | Z | O, true },
	{ "01", I | H | Z | O },
	{ "02 44d2 19 00 05", I | H | O },
	{ "02 20 00 02 03 0405 0607", I | H | O },
	{ "03 20 00 01 03 0405 01 4302 80000003", I | H | O },
	{ "04 04 4101 80010000", Z | O },
	{ "05 07 c000000100000000", Z | O },
	{ "06 4100 03 616263", I | H | O },
	{ "07 04 746f6b65", O },
	{ "08 00 6869", Z | O, true },
	{ "09 00 6869", Z | O, true },
	{ "0a 04 02 6869", Z | O },
	{ "0b 04 02 6869", Z | O },
	{ "0c 04 4444 6869", Z | O, true },
	{ "0d 04 4444", Z | O, true },
	{ "0e 04 4444 02 6869", Z | O },
	{ "0f 04 4444 00", Z | O },
	{ "10 80100000", Z | O },
	{ "11 04 80100000", Z | O },
	{ "12 d000000000000000", Z | O },
	{ "13 10", Z | O },
	{ "14 80100000", Z | O },
	{ "15 04 80100000", Z | O },
	{ "16 10", Z | O },
	{ "17 d000000000000000", Z | O },
	{ "18 05 03 04 01020304 000102030405060708090a0b0c0d0e0f", Z | O },
	{ "18 00 00 14 0102030405060708090a0b0c0d0e0f1011121314"
	  "000102030405060708090a0b0c0d0e0f", Z | O },
	{ "19 4005", O },
	{ "1a 0102030405060708", Z | O },
	{ "1b 0102030405060708", O },
	{ "1c 0a 06 03 627965", I | H | Z | O },
	{ "1d 7fff 00", Z | O },
	{ "1e", O },
	{ "30 6869", Z | O, true },
	{ "31 02 6869", Z | O },
};

#undef I
#undef H
#undef Z
#undef O

#endif
