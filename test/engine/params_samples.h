/* SPDX-License-Identifier: GPL-2.0-only */
/* A valid form of every transport parameter: for unit tests, and what fuzzing starts from. */
#ifndef TEST_ENGINE_PARAMS_SAMPLES_H
#define TEST_ENGINE_PARAMS_SAMPLES_H

#include "params.h"

/* What every client and every server must say (RFC 9000, 7.3). */
#define SCID	"0f 02 aabb "
#define ODCID	"00 01 cc "

#define TOKEN	"000102030405060708090a0b0c0d0e0f"
#define PREFERRED_V4	"c0000201 1151"
#define PREFERRED_V6	"20010db8000000000000000000000001 1152"

/* One valid form of each parameter that this end knows; @server: only a server sends it. */
static const struct {
	const char *hex;
	bool server;
} params_samples[] = {
	{ ODCID, true }, { "01 04 80007530", false }, { "02 10 " TOKEN, true },
	{ "03 02 45dc", false }, { "04 04 80100000", false }, { "05 01 01", false }, { "06 01 02", false },
	{ "07 01 03", false }, { "08 01 04", false }, { "09 01 05", false }, { "0a 01 06", false },
	{ "0b 01 07", false }, { "0c 00", false },
	{ "0d 2a" PREFERRED_V4 PREFERRED_V6 "01 ee" TOKEN, true }, { "0e 01 04", false },
	{ SCID, false }, { "10 01 dd", true }, { "11 08 00000001 00000001", false },
	{ "20 02 7fff", false }, { "6ab2 00", false }, { "8000baad 00", false },
};

#endif
