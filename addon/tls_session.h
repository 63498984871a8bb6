// SPDX-License-Identifier: MIT
//
// TlsSession: one GnuTLS session driven over a QUIC socket with libquic's step API. It never waits:
// Advance() runs until the socket has nothing more to give, and says what to wait for. It is used
// by one thread at a time, usually one of the worker pool, and knows nothing of JavaScript.
#ifndef KQUIC_ADDON_TLS_SESSION_H
#define KQUIC_ADDON_TLS_SESSION_H

#include <gnutls/gnutls.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "census.h"
#include "client_hello.h"
#include "credentials.h"
#include "psk.h"

struct quic_handshake_step;

namespace kquic {

struct TlsOptions {
  bool server = false;
  std::vector<std::string> alpn;
  std::string servername;   // client: sent as SNI unless empty
  std::string verify_name;  // client: what the certificate must be for
  bool verify_ip = false;   // verify_name holds the 4 or 16 bytes of an IP address
  bool request_cert = false;
  bool reject_unauthorized = true;
  bool keylog = false;
  bool early_data = false;       // client: send it, if the session permits; server: accept it
  std::vector<uint8_t> session;  // client: what SessionData() of an earlier session gave
  std::vector<Psk> psk;          // in place of credentials; a client's is one
  bool asks_identity = false;    // server: wait for SetIdentity() once the ClientHello is there
};

struct TlsResult {
  std::string alpn;
  std::string cipher;
  std::string servername;
  bool authorized = false;
  bool resumed = false;
  bool early_data = false;                // it was accepted
  std::vector<uint8_t> peer_certificate;  // DER
  std::string error;                      // text for people
  int error_number = 0;                   // errno, 0 if TLS failed
  std::string verification;               // why the certificate was refused
  int alert = -1;                         // the TLS alert, this end's or the peer's
};

class TlsSession : Counted<Kind::kTlsSession> {
 public:
  // Values shared with lib/native.ts.
  enum Status { kFailed = -1, kDone = 0, kWantRead = 1, kWantWrite = 2, kWantIdentity = 3 };

  // The descriptor is borrowed: the caller keeps it open while Advance() runs.
  TlsSession(int fd, CredentialsPointer credentials, TlsOptions options);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  Status Advance();
  // After kWantIdentity, whose result has the client's server name: before the next Advance().
  void SetIdentity(CredentialsPointer credentials);
  const TlsResult& result() const { return result_; }
  // Client, when it is done: see resumption.h.
  std::vector<uint8_t> SessionData();
  // Lines in the format of SSLKEYLOGFILE since the last call.
  std::vector<std::string> TakeKeylog() { return std::move(keylog_); }

 private:
  int Configure();
  int ConfigureClient();
  int ConfigureServer();
  int SetAlpn();
  int Perform();
  bool ChoosesNow();
  Status Step();
  Status Finish();
  Status Fail(int error);
  unsigned VerifyPeer();
  void ReadPeerCertificate();
  static int OnSecret(gnutls_session_t session, const char* label, const gnutls_datum_t* secret);

  int fd_;
  CredentialsPointer credentials_;
  TlsOptions options_;
  PskCredentials psk_;
  TlsResult result_;
  std::vector<std::string> keylog_;
  gnutls_session_t session_ = nullptr;
  gnutls_keylog_func next_keylog_ = nullptr;
  quic_handshake_step* step_ = nullptr;
  bool performed_ = false;  // step_ has its result already
  ClientHello hello_;
  bool started_ = false;
  // GnuTLS keeps a pointer to these until the handshake is over.
  gnutls_typed_vdata_st verify_data_[2] = {};
  unsigned verify_count_ = 0;
};

}  // namespace kquic

#endif  // KQUIC_ADDON_TLS_SESSION_H
