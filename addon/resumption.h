// SPDX-License-Identifier: MIT
//
// Resumption: session tickets and early data, as GnuTLS has them, on the session of a handshake.
#ifndef KQUIC_ADDON_RESUMPTION_H
#define KQUIC_ADDON_RESUMPTION_H

#include <gnutls/gnutls.h>

#include <cstdint>
#include <vector>

namespace kquic {

// Server, before the handshake: its client gets a ticket, and may come with one.
void OfferTickets(gnutls_session_t session);

// Server, after quic_handshake_init(): each ClientHello's early data is taken once (RFC 8446, 8).
void RefuseReplays(gnutls_session_t session);

// Client, before the handshake. Data that GnuTLS refuses is of no use: the handshake is a full one.
void Resume(gnutls_session_t session, const std::vector<uint8_t>& data);

// Client, after the handshake: what resumes this session; empty while no ticket has arrived.
std::vector<uint8_t> SessionData(gnutls_session_t session);

}  // namespace kquic

#endif  // KQUIC_ADDON_RESUMPTION_H
