// SPDX-License-Identifier: MIT
//
// Credentials: certificate, private key and trust anchors, parsed once and shared by all handshakes
// of a listener (RSA keys and a system trust store take milliseconds to load).
//
// TypeScript: new Credentials(); setKeyPair(cert, key, passphrase | undefined), addTrust(pem),
// useSystemTrust(). Each returns a number >= 0 or a GnuTLS error code.
#ifndef KQUIC_ADDON_CREDENTIALS_H
#define KQUIC_ADDON_CREDENTIALS_H

#include <gnutls/gnutls.h>
#include <napi.h>

#include <memory>

#include "census.h"

namespace kquic {

using CredentialsPointer = std::shared_ptr<gnutls_certificate_credentials_st>;

class Credentials : public Napi::ObjectWrap<Credentials>, Counted<Kind::kCredentials> {
 public:
  static void Define(Napi::Env env, Napi::Object exports);
  explicit Credentials(const Napi::CallbackInfo& info);

  // A handshake in flight keeps them alive beyond this object.
  CredentialsPointer pointer() const { return pointer_; }

 private:
  Napi::Value SetKeyPair(const Napi::CallbackInfo& info);
  Napi::Value AddTrust(const Napi::CallbackInfo& info);
  Napi::Value UseSystemTrust(const Napi::CallbackInfo& info);

  CredentialsPointer pointer_;
};

}  // namespace kquic

#endif  // KQUIC_ADDON_CREDENTIALS_H
