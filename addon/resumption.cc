// SPDX-License-Identifier: MIT
#include "resumption.h"

#include <gnutls/crypto.h>
#include <linux/quic.h>
#include <netinet/quic.h>
#include <sys/socket.h>

#include "anti_replay.h"

namespace kquic {
namespace {

constexpr size_t kTicketKeySize = 64;  // what GnuTLS wants (S5.20)
constexpr size_t kMaxSocketTicket = 4096;

// GnuTLS keeps nothing of the protocol in tickets, but 0-RTT is for the protocol of the session
// that it resumes (RFC 8446, 4.2.10): so each protocol has a key of its own. The protocol is chosen
// by now, and no ticket was looked at. Without a key from the socket the session has no tickets.
int OnClientHello(gnutls_session_t session) {
  uint8_t secret[kMaxSocketTicket];
  socklen_t length = sizeof(secret);
  int fd = gnutls_transport_get_int(session);
  gnutls_datum_t alpn = {};
  if (gnutls_alpn_get_selected_protocol(session, &alpn) < 0) return 0;
  if (getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_SESSION_TICKET, secret, &length) < 0) return 0;

  uint8_t bytes[kTicketKeySize];
  gnutls_datum_t key = {bytes, sizeof(bytes)};
  // Refused for the second ClientHello after a HelloRetryRequest: the key is there already.
  if (gnutls_hmac_fast(GNUTLS_MAC_SHA512, secret, length, alpn.data, alpn.size, bytes) == 0)
    gnutls_session_ticket_enable_server(session, &key);
  gnutls_memset(secret, 0, sizeof(secret));
  gnutls_memset(bytes, 0, sizeof(bytes));
  return 0;
}

}  // namespace

void OfferTickets(gnutls_session_t session) {
  gnutls_handshake_set_post_client_hello_function(session, OnClientHello);
}

void RefuseReplays(gnutls_session_t session) {
  gnutls_anti_replay_t context = AntiReplay::Get().context();
  if (context != nullptr) gnutls_anti_replay_enable(session, context);
}

void Resume(gnutls_session_t session, const std::vector<uint8_t>& data) {
  if (!data.empty()) quic_session_set_data(session, data.data(), data.size());
}

std::vector<uint8_t> SessionData(gnutls_session_t session) {
  std::vector<uint8_t> data(4096);
  for (;;) {
    size_t size = data.size();
    int error = quic_session_get_data(session, data.data(), &size);
    if (error != GNUTLS_E_SHORT_MEMORY_BUFFER || size <= data.size()) {
      data.resize(error == 0 ? size : 0);
      return data;
    }
    data.resize(size);
  }
}

}  // namespace kquic
