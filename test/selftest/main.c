// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of IPPROTO_QUIC sockets; they need the module. Names begin with the number of the statement
 * in the interface's specification: Tnnn of its checklist, Sx_y of its text.
 */
#include "harness.h"

int main(int argc, char **argv)
{
	return test_main("selftest", argc, argv);
}
