// SPDX-License-Identifier: MIT
#include "psk.h"

#include <cstring>

namespace kquic {
namespace {

gnutls_datum_t Datum(std::vector<uint8_t>& bytes) {
  return {bytes.data(), static_cast<unsigned>(bytes.size())};
}

}  // namespace

PskCredentials::~PskCredentials() {
  if (client_ != nullptr) gnutls_psk_free_client_credentials(client_);
  if (server_ != nullptr) gnutls_psk_free_server_credentials(server_);
  for (Psk& psk : keys_) gnutls_memset(psk.key.data(), 0, psk.key.size());
}

int PskCredentials::UseInClient(gnutls_session_t session) {
  int error = gnutls_psk_allocate_client_credentials(&client_);
  if (error < 0) return error;
  gnutls_datum_t identity = Datum(keys_[0].identity);
  gnutls_datum_t key = Datum(keys_[0].key);
  error = gnutls_psk_set_client_credentials2(client_, &identity, &key, GNUTLS_PSK_KEY_RAW);
  return error < 0 ? error : gnutls_credentials_set(session, GNUTLS_CRD_PSK, client_);
}

int PskCredentials::UseInServer(gnutls_session_t session) {
  int error = gnutls_psk_allocate_server_credentials(&server_);
  if (error < 0) return error;
  gnutls_psk_set_server_credentials_function2(server_, Find);
  // GnuTLS hands its callbacks nothing but the session; libquic leaves its pointer free.
  gnutls_session_set_ptr(session, this);
  return gnutls_credentials_set(session, GNUTLS_CRD_PSK, server_);
}

// GnuTLS frees the key. An identity that nobody knows fails as a wrong key does.
int PskCredentials::Find(gnutls_session_t session, const gnutls_datum_t* identity,
                         gnutls_datum_t* key) {
  auto* self = static_cast<PskCredentials*>(gnutls_session_get_ptr(session));
  for (const Psk& psk : self->keys_) {
    if (psk.identity.size() != identity->size ||
        memcmp(psk.identity.data(), identity->data, identity->size) != 0)
      continue;
    key->data = static_cast<unsigned char*>(gnutls_malloc(psk.key.size()));
    if (key->data == nullptr) return -1;
    key->size = static_cast<unsigned>(psk.key.size());
    memcpy(key->data, psk.key.data(), psk.key.size());
    return 0;
  }
  return -1;
}

}  // namespace kquic
