// SPDX-License-Identifier: MIT
/*
 * What the library adds to TLS: the extension with transport parameters, and the way of the secrets into the
 * socket.
 */
#include <string.h>

#include "../selftest/harness.h"
#include "pair.h"
#include "socket_double.h"

#define TYPES 64 /* handshake types are smaller */

/* Which messages of a peer carried the extension, by handshake type. */
struct seen {
	bool message[TYPES];
	bool extension[TYPES];
};

/* Note what was received: each message comes in one piece. */
static void look(const struct end *end, uint8_t params, struct seen *seen)
{
	const struct quic_handshake_step_recvmsg *step = &end->step->s_recvmsg;
	const uint8_t *bytes = step->msg->msg_iov->iov_base;
	/* Type 0x39 and the length of what the double announces (RFC 9001, 8.2). */
	const uint8_t extension[] = { 0x00, 0x39, 0x00, 80, params, params };

	ASSERT(step->retval > 0);
	ASSERT(bytes[0] < TYPES);
	seen->message[bytes[0]] = true;
	if (memmem(bytes, step->retval, extension, sizeof(extension)))
		seen->extension[bytes[0]] = true;
}

/* Run one end as far as it gets. */
static void advance(struct end *end, uint8_t params, struct seen *seen)
{
	while (end->step && end_perform(end)) {
		if (end->step->op == QUIC_HANDSHAKE_STEP_OP_RECVMSG)
			look(end, params, seen);
		ASSERT_EQ(quic_handshake_step(end->session, &end->step), 0);
	}
}

TEST("S9.8 ClientHello and EncryptedExtensions carry the transport parameters, no other message does")
{
	struct seen of_client = { 0 }, of_server = { 0 };
	struct pair pair;
	int type;

	pair_create(&pair, &pki.server, 0);
	pair_init(&pair);
	while (pair.client.step || pair.server.step) {
		advance(&pair.client, 0x5e, &of_server);
		advance(&pair.server, 0xc1, &of_client);
	}
	ASSERT(of_client.message[GNUTLS_HANDSHAKE_FINISHED]);
	ASSERT(of_server.message[GNUTLS_HANDSHAKE_SERVER_HELLO]);
	ASSERT(of_server.message[GNUTLS_HANDSHAKE_FINISHED]);
	for (type = 0; type < TYPES; type++) {
		ASSERT_EQ(of_client.extension[type], type == GNUTLS_HANDSHAKE_CLIENT_HELLO);
		ASSERT_EQ(of_server.extension[type], type == GNUTLS_HANDSHAKE_ENCRYPTED_EXTENSIONS);
	}
	pair_destroy(&pair);
}

TEST("S9.8 secrets are installed level by level, that for sending first")
{
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	pair_handshake(&pair);
	ASSERT(!strcmp(double_secrets(CLIENT_FD), "H>H<A>A<"));
	ASSERT(!strcmp(double_secrets(SERVER_FD), "H>H<A>A<"));
	pair_destroy(&pair);
}

/* RFC 9001, 4.2, 5.3 and 8.4 */
TEST("S9.3 QUIC_PRIORITY has these tokens in this order, and GnuTLS knows them")
{
	static const char expected[] =
		"NORMAL:-VERS-ALL:+VERS-TLS1.3:+PSK:+ECDHE-PSK:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:"
		"+CHACHA20-POLY1305:+AES-128-CCM:-GROUP-ALL:+GROUP-SECP256R1:+GROUP-X25519:"
		"+GROUP-SECP384R1:+GROUP-SECP521R1:%DISABLE_TLS13_COMPAT_MODE";
	gnutls_priority_t priority;

	ASSERT_EQ(sizeof(QUIC_PRIORITY), sizeof(expected));
	ASSERT_MEM(QUIC_PRIORITY, expected, sizeof(expected));
	ASSERT_EQ(gnutls_priority_init(&priority, QUIC_PRIORITY, NULL), 0);
	gnutls_priority_deinit(priority);
}

TEST("S9.7 the role is the socket's, and a session of the other role is refused")
{
	struct quic_handshake_step *step = NULL;
	struct pair pair;

	pair_create(&pair, &pki.server, 0);
	gnutls_transport_set_int(pair.client.session, SERVER_FD);
	gnutls_transport_set_int(pair.server.session, CLIENT_FD);
	ASSERT_EQ(quic_handshake_init(pair.client.session, &step), GNUTLS_E_INVALID_REQUEST);
	ASSERT(!step);
	ASSERT_EQ(quic_handshake_init(pair.server.session, &step), GNUTLS_E_INVALID_REQUEST);
	ASSERT(!step);
	pair_destroy(&pair);
}
