// SPDX-License-Identifier: GPL-2.0-only
/* The first bytes of a client's CRYPTO stream. What is found are names within them. */
#include "client_hello.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 alpn[QUIC_CLIENT_HELLO_ALPN_MAX];
	int len = quic_client_hello_alpn(data, size, alpn), pos = 0;

	if (len < 0) {
		REQUIRE(len == -EAGAIN || len == -EMSGSIZE || len == -EBADMSG);
		return 0;
	}
	REQUIRE(len <= QUIC_CLIENT_HELLO_ALPN_MAX && (size_t)len <= size);
	while (pos < len) {
		REQUIRE(alpn[pos]);
		pos += 1 + alpn[pos];
	}
	REQUIRE(pos == len);
	return 0;
}
