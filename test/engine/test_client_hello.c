// SPDX-License-Identifier: GPL-2.0-only
/* The names of protocols in a ClientHello (S2.23 to S2.26). */
#include "check.h"
#include "client_hello.h"

/* Version, random; no session ID; one cipher suite; no compression. */
#define BODY	"0303 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" \
		"00 0002 1301 01 00"
#define SNI	"0000 0008 0006 00 0003 612e62"
#define ALPN	"0010 0009 0007 02 6833 03 616263"
#define NAMES	"02 6833 03 616263"

static size_t make(const char *extensions, u8 *hello, size_t room)
{
	size_t body = check_hex(BODY, hello + 4, room - 4), ext;

	ext = check_hex(extensions, hello + 4 + body + 2, room - 4 - body - 2);
	put_unaligned_be16(ext, hello + 4 + body);
	hello[0] = 1;
	hello[1] = 0;
	put_unaligned_be16(body + 2 + ext, hello + 2);
	return 4 + body + 2 + ext;
}

/* In an allocation of its own, so that the sanitizer sees both ends. */
static int parse(const u8 *hello, size_t len, u8 *alpn)
{
	u8 *exact = malloc(len ? len : 1);
	int ret;

	memcpy(exact, hello, len);
	ret = quic_client_hello_alpn(exact, len, alpn);
	free(exact);
	return ret;
}

static int names(const char *extensions, u8 *alpn)
{
	u8 hello[600];

	return parse(hello, make(extensions, hello, sizeof(hello)), alpn);
}

TEST("S2.23 the names are found, wherever the extension stands")
{
	u8 alpn[QUIC_CLIENT_HELLO_ALPN_MAX], expected[16];
	int len = check_hex(NAMES, expected, sizeof(expected));

	CHECK_EQ(names(ALPN, alpn), len);
	CHECK_MEM(alpn, expected, len);
	CHECK_EQ(names(SNI ALPN, alpn), len);
	CHECK_EQ(names(ALPN SNI, alpn), len);
	CHECK_MEM(alpn, expected, len);
	CHECK_EQ(names(SNI, alpn), 0);
	CHECK_EQ(names("", alpn), 0);
}

/* RFC 9001, 4.3 */
TEST("P35 S2.23 a ClientHello that goes on elsewhere is asked for again, at every truncation")
{
	u8 hello[600], alpn[QUIC_CLIENT_HELLO_ALPN_MAX];
	size_t len = make(SNI ALPN, hello, sizeof(hello)), cut;

	for (cut = 0; cut < len; cut++)
		CHECK_EQ(parse(hello, cut, alpn), -EAGAIN);
	CHECK(parse(hello, len, alpn) > 0);
}

TEST("S2.25 bytes behind the ClientHello are ignored")
{
	u8 hello[600], alpn[QUIC_CLIENT_HELLO_ALPN_MAX];
	size_t len = make(ALPN, hello, sizeof(hello));

	memset(hello + len, 0x77, 50);
	CHECK(parse(hello, len + 50, alpn) > 0);
}

TEST("S2.24 every length that is wrong makes it malformed")
{
	u8 hello[600], alpn[QUIC_CLIENT_HELLO_ALPN_MAX];
	size_t len = make(SNI ALPN, hello, sizeof(hello)), cut;

	/* Its own length says that it ends within something. */
	for (cut = 5; cut < len; cut++) {
		put_unaligned_be16(cut - 4, hello + 2);
		/* Without any extension it may end behind the compression methods. */
		CHECK_EQ(parse(hello, len, alpn), cut == 4 + 2 + 32 + 1 + 4 + 2 ? 0 : -EBADMSG);
	}
}

TEST("S2.24 what is not a ClientHello, or must not be in one")
{
	u8 hello[600], alpn[QUIC_CLIENT_HELLO_ALPN_MAX];
	size_t len = make(ALPN, hello, sizeof(hello));

	hello[0] = 2;
	CHECK_EQ(parse(hello, len, alpn), -EBADMSG);
	make(ALPN, hello, sizeof(hello));
	hello[38] = 1;		/* RFC 9001, 8.4: a session ID */
	CHECK_EQ(parse(hello, len, alpn), -EBADMSG);
	make(ALPN, hello, sizeof(hello));
	hello[1] = 1;
	CHECK_EQ(parse(hello, len, alpn), -EMSGSIZE);
	CHECK_EQ(names(ALPN ALPN, alpn), -EBADMSG);
	CHECK_EQ(names("0010 0002 0000", alpn), -EBADMSG);		/* no name */
	CHECK_EQ(names("0010 0003 0001 00", alpn), -EBADMSG);		/* an empty name */
	CHECK_EQ(names("0010 0005 0003 03 6162", alpn), -EBADMSG);	/* a name cut off */
	CHECK_EQ(names("0010 0006 0003 02 6833 00", alpn), -EBADMSG);	/* a byte too many */
}

TEST("S2.24 a list of 128 bytes is the longest")
{
	u8 hello[600], alpn[QUIC_CLIENT_HELLO_ALPN_MAX];
	unsigned int total, i;
	char text[400];
	int n;

	for (total = 127; total <= 129; total++) {
		n = snprintf(text, sizeof(text), "0010 %04x %04x %02x", total, total - 2, total - 3);
		for (i = 0; i < total - 3; i++)
			n += snprintf(text + n, sizeof(text) - n, "61");
		CHECK_EQ(parse(hello, make(text, hello, sizeof(hello)), alpn),
			 total > 128 ? -EBADMSG : (int)total - 2);
	}
}
