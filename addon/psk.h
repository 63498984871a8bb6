// SPDX-License-Identifier: MIT
//
// Pre-shared keys in place of certificates (RFC 8446, 4.2.11).
#ifndef KQUIC_ADDON_PSK_H
#define KQUIC_ADDON_PSK_H

#include <gnutls/gnutls.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace kquic {

struct Psk {
  std::vector<uint8_t> identity;
  std::vector<uint8_t> key;
};

// The keys of one session, which they have to outlive.
class PskCredentials {
 public:
  explicit PskCredentials(std::vector<Psk> keys) : keys_(std::move(keys)) {}
  ~PskCredentials();
  PskCredentials(const PskCredentials&) = delete;
  PskCredentials& operator=(const PskCredentials&) = delete;

  bool empty() const { return keys_.empty(); }
  // Before the handshake. A client has one key. Returns 0 or a GnuTLS error.
  int UseInClient(gnutls_session_t session);
  int UseInServer(gnutls_session_t session);

 private:
  static int Find(gnutls_session_t session, const gnutls_datum_t* identity, gnutls_datum_t* key);

  std::vector<Psk> keys_;
  gnutls_psk_client_credentials_t client_ = nullptr;
  gnutls_psk_server_credentials_t server_ = nullptr;
};

}  // namespace kquic

#endif  // KQUIC_ADDON_PSK_H
