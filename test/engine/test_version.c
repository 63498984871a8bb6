// SPDX-License-Identifier: GPL-2.0-only
#include "check.h"
#include "version.h"

/* RFC 9000, 15; RFC 9369, 3.1 */
TEST("versions 1 and 2 are spoken")
{
	const struct quic_version *list;
	unsigned int count;

	list = quic_version_list(&count);
	CHECK_EQ(count, 2);
	CHECK_EQ(list[0].number, 1);
	CHECK_EQ(list[1].number, 0x6b3343cf);
	CHECK(quic_version_find(1) == &list[0]);
	CHECK(quic_version_find(0x6b3343cf) == &list[1]);
	CHECK(!quic_version_find(0));
	CHECK(!quic_version_find(0xff00001d));
	CHECK(!quic_version_find(0x1a2a3a4a));
}

/* RFC 9000, 17.2, table 5; RFC 9369, 3.2 */
TEST("type bits go both ways")
{
	static const u8 v1[] = { 0, 1, 2, 3 }, v2[] = { 1, 2, 3, 0 };
	const struct quic_version *list;
	unsigned int count, i, type;

	list = quic_version_list(&count);
	CHECK_MEM(list[0].type_bits, v1, 4);
	CHECK_MEM(list[1].type_bits, v2, 4);
	for (i = 0; i < count; i++)
		for (type = QUIC_PACKET_INITIAL; type <= QUIC_PACKET_RETRY; type++)
			CHECK_EQ(list[i].type_of_bits[list[i].type_bits[type]], type);
}
