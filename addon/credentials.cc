// SPDX-License-Identifier: MIT
#include "credentials.h"

#include <string>

namespace kquic {
namespace {

// Valid only during the call it was made for.
gnutls_datum_t Datum(const Napi::Value& value) {
  auto bytes = value.As<Napi::Uint8Array>();
  return {bytes.Data(), static_cast<unsigned>(bytes.ByteLength())};
}

}  // namespace

void Credentials::Define(Napi::Env env, Napi::Object exports) {
  exports.Set("Credentials",
              DefineClass(env, "Credentials",
                          {
                              InstanceMethod<&Credentials::SetKeyPair>("setKeyPair"),
                              InstanceMethod<&Credentials::AddTrust>("addTrust"),
                              InstanceMethod<&Credentials::UseSystemTrust>("useSystemTrust"),
                          }));
}

Credentials::Credentials(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Credentials>(info) {
  gnutls_certificate_credentials_t credentials = nullptr;
  int error = gnutls_certificate_allocate_credentials(&credentials);
  if (error < 0) throw Napi::Error::New(info.Env(), gnutls_strerror(error));
  pointer_ = CredentialsPointer(credentials, gnutls_certificate_free_credentials);
}

Napi::Value Credentials::SetKeyPair(const Napi::CallbackInfo& info) {
  gnutls_datum_t cert = Datum(info[0]);
  gnutls_datum_t key = Datum(info[1]);
  std::string passphrase = info[2].IsString() ? info[2].As<Napi::String>().Utf8Value() : "";
  int result =
      gnutls_certificate_set_x509_key_mem2(pointer_.get(), &cert, &key, GNUTLS_X509_FMT_PEM,
                                           info[2].IsString() ? passphrase.c_str() : nullptr, 0);
  if (!passphrase.empty()) gnutls_memset(&passphrase[0], 0, passphrase.size());
  return Napi::Number::New(info.Env(), result);
}

Napi::Value Credentials::AddTrust(const Napi::CallbackInfo& info) {
  gnutls_datum_t pem = Datum(info[0]);
  return Napi::Number::New(
      info.Env(), gnutls_certificate_set_x509_trust_mem(pointer_.get(), &pem, GNUTLS_X509_FMT_PEM));
}

Napi::Value Credentials::UseSystemTrust(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), gnutls_certificate_set_x509_system_trust(pointer_.get()));
}

}  // namespace kquic
