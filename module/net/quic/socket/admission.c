// SPDX-License-Identifier: GPL-2.0-only
/* Who may ask for a connection (see admission.h). */
#include "../udp/endpoint.h"
#include "admission.h"
#include "listener.h"
#include "token.h"

/*
 * The client of a Retry is bound to what the Retry said (RFC 9000, 7.3), so its token counts also when
 * nobody asks for one any more. Others are ignored then (S5.30).
 */
bool quic_admit(struct quic_endpoint *ep, const struct quic_packet *initial,
		const struct quic_addr *local, const struct quic_addr *remote,
		struct quic_admission *admission)
{
	bool proof = ep->unproved_count >= QUIC_UNPROVED_MAX ||
		     quic_listener_validates(ep, local);
	const struct quic_token_owner owner = { remote, initial->version, &initial->dcid };

	memset(admission, 0, sizeof(*admission));
	if (!initial->token_len)
		return !proof;
	switch (quic_token_judge(ep->net, initial->token, initial->token_len, &owner,
				 &admission->original_dcid)) {
	case QUIC_TOKEN_ANSWERS_RETRY:
		admission->validated = true;
		admission->answers_retry = true;
		return true;
	case QUIC_TOKEN_PROVES_ADDRESS:
		admission->validated = proof;
		return true;
	case QUIC_TOKEN_BAD_RETRY:
		admission->refuse = QUIC_TRANSPORT_ERROR_INVALID_TOKEN;
		return true;
	case QUIC_TOKEN_NONE:
		break;
	}
	return !proof;
}
