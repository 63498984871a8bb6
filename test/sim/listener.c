// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"
#include "trace.h"
#include "world.h"

void listener_init(struct listener *listener)
{
	memset(listener, 0, sizeof(*listener));
	if (quic_token_key_init(&listener->token_key))
		abort();
}

void listener_clear(struct listener *listener)
{
	quic_token_key_clear(&listener->token_key);
}

static void send_retry(struct world *world, const struct quic_packet *initial)
{
	struct quic_cid scid = { .len = QUIC_CID_LEN };
	struct quic_token_owner owner = { &world->client.addr, initial->version, &scid };
	u8 token[QUIC_TOKEN_MAX], buf[200];
	size_t n;
	int len;

	quic_random(scid.id, scid.len);
	len = quic_token_seal(&world->listener.token_key, QUIC_TOKEN_RETRY, &owner,
			      &initial->dcid, world->now, token);
	SIM_CHECK(len > 0);
	n = quic_packet_retry(initial, &scid, token, len, buf, sizeof(buf));
	if (!n)
		return;		/* no memory */
	trace("-> Retry, %zu bytes", n);
	world->listener.retries++;
	net_send(&world->net, TO_CLIENT, buf, n, 0, world->now);
}

static void refuse(struct world *world, const struct quic_packet *initial, u64 code)
{
	struct quic_keys client = {}, server = {};
	u8 buf[200];
	size_t n;

	world->listener.refused++;
	if (quic_keys_initial(&client, &server, quic_version_find(initial->version),
			      &initial->dcid))
		return;
	n = quic_packet_refusal(initial, &server, code, buf, sizeof(buf));
	SIM_CHECK(n);
	trace("-> refused with %#llx", (unsigned long long)code);
	net_send(&world->net, TO_CLIENT, buf, n, 0, world->now);
	quic_keys_clear(&client);
	quic_keys_clear(&server);
}

bool listener_admit(struct world *world, const struct quic_packet *initial,
		    struct admission *admission)
{
	struct quic_token_owner owner = { &world->client.addr, initial->version, &initial->dcid };
	struct listener *listener = &world->listener;

	memset(admission, 0, sizeof(*admission));
	switch (quic_token_open(&listener->token_key, initial->token, initial->token_len,
				&owner, world->now, &admission->original_dcid)) {
	case QUIC_TOKEN_ANSWERS_RETRY:
		admission->validated = true;
		admission->answers_retry = true;
		return true;
	case QUIC_TOKEN_PROVES_ADDRESS:
		admission->validated = true;
		return true;
	case QUIC_TOKEN_BAD_RETRY:
		refuse(world, initial, QUIC_TRANSPORT_ERROR_INVALID_TOKEN);
		return false;
	case QUIC_TOKEN_NONE:
		break;
	}
	if (!listener->validate)
		return true;
	send_retry(world, initial);
	return false;
}
