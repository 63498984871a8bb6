// SPDX-License-Identifier: MIT
#include "tls_session.h"

#include <gnutls/x509.h>
#include <netinet/quic.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "resumption.h"

namespace kquic {
namespace {

// The session whose Advance() runs on this thread. GnuTLS hands its callbacks nothing but the
// session, and the session's user pointer belongs to libquic.
thread_local TlsSession* current = nullptr;

std::string Hex(const gnutls_datum_t& bytes) {
  static const char digits[] = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < bytes.size; i++) {
    text += digits[bytes.data[i] >> 4];
    text += digits[bytes.data[i] & 15];
  }
  return text;
}

// RFC 8446, B.4. gnutls_ciphersuite_get() would need GnuTLS 3.7.4.
const char* CipherName(gnutls_cipher_algorithm_t cipher) {
  switch (cipher) {
    case GNUTLS_CIPHER_AES_128_GCM:
      return "TLS_AES_128_GCM_SHA256";
    case GNUTLS_CIPHER_AES_256_GCM:
      return "TLS_AES_256_GCM_SHA384";
    case GNUTLS_CIPHER_CHACHA20_POLY1305:
      return "TLS_CHACHA20_POLY1305_SHA256";
    case GNUTLS_CIPHER_AES_128_CCM:
      return "TLS_AES_128_CCM_SHA256";
    default:
      return gnutls_cipher_get_name(cipher);
  }
}

std::string VerificationText(unsigned status) {
  gnutls_datum_t text = {};
  if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) < 0)
    return "the certificate is not trusted";
  std::string result(reinterpret_cast<char*>(text.data), text.size);
  gnutls_free(text.data);
  while (!result.empty() && (result.back() == ' ' || result.back() == '\0')) result.pop_back();
  return result;
}

gnutls_typed_vdata_st VerifyData(gnutls_vdata_types_t type, const char* text) {
  gnutls_typed_vdata_st data = {};
  data.type = type;
  data.data = reinterpret_cast<unsigned char*>(const_cast<char*>(text));
  data.size = static_cast<unsigned>(strlen(text));
  return data;
}

}  // namespace

TlsSession::TlsSession(int fd, CredentialsPointer credentials, TlsOptions options)
    : fd_(fd),
      credentials_(std::move(credentials)),
      options_(std::move(options)),
      psk_(std::move(options_.psk)) {}

TlsSession::~TlsSession() {
  if (session_ == nullptr) return;
  if (started_) quic_handshake_deinit(session_);
  gnutls_deinit(session_);
}

int TlsSession::Configure() {
  // libquic sends the session ticket itself, when it is due (spec S9.8, S9.9).
  // A client's certificate is sent whatever authorities the server names: its answer says more than
  // a certificate that stayed at home.
  unsigned flags = options_.server ? GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET
                                   : GNUTLS_CLIENT | GNUTLS_FORCE_CLIENT_CERT;
  // RFC 9001, 8.3: QUIC has no EndOfEarlyData.
  if (options_.early_data) flags |= GNUTLS_ENABLE_EARLY_DATA | GNUTLS_NO_END_OF_EARLY_DATA;
  int error = gnutls_init(&session_, flags);
  if (error < 0) return error;
  error = gnutls_priority_set_direct(session_, QUIC_PRIORITY, nullptr);
  if (error < 0) return error;
  if (credentials_ != nullptr)
    error = gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials_.get());
  if (error < 0) return error;
  if (!psk_.empty())
    error = options_.server ? psk_.UseInServer(session_) : psk_.UseInClient(session_);
  if (error < 0) return error;
  error = SetAlpn();
  if (error < 0) return error;
  error = options_.server ? ConfigureServer() : ConfigureClient();
  if (error < 0) return error;
  if (options_.keylog) {
    // GnuTLS's own function writes SSLKEYLOGFILE: ours comes in addition, not instead.
    next_keylog_ = gnutls_session_get_keylog_function(session_);
    gnutls_session_set_keylog_function(session_, OnSecret);
  }
  gnutls_transport_set_int(session_, fd_);
  // How long a handshake may take is for TypeScript to say.
  gnutls_handshake_set_timeout(session_, GNUTLS_INDEFINITE_TIMEOUT);
  started_ = true;
  error = quic_handshake_init(session_, &step_);
  // libquic's own context takes every replay.
  if (error == 0 && options_.server && options_.early_data) RefuseReplays(session_);
  return error;
}

std::vector<uint8_t> TlsSession::SessionData() { return kquic::SessionData(session_); }

int TlsSession::ConfigureClient() {
  Resume(session_, options_.session);
  if (!options_.servername.empty()) {
    int error = gnutls_server_name_set(session_, GNUTLS_NAME_DNS, options_.servername.data(),
                                       options_.servername.size());
    if (error < 0) return error;
  }
  verify_data_[0] = VerifyData(GNUTLS_DT_KEY_PURPOSE_OID, GNUTLS_KP_TLS_WWW_SERVER);
  verify_data_[1] = VerifyData(options_.verify_ip ? GNUTLS_DT_IP_ADDRESS : GNUTLS_DT_DNS_HOSTNAME,
                               options_.verify_name.c_str());
  // An IP address is binary here, possibly with zeros in it.
  verify_data_[1].size = static_cast<unsigned>(options_.verify_name.size());
  verify_count_ = 2;
  if (options_.reject_unauthorized && psk_.empty())
    gnutls_session_set_verify_cert2(session_, verify_data_, verify_count_, 0);
  return 0;
}

int TlsSession::ConfigureServer() {
  OfferTickets(session_);
  if (!options_.request_cert) {
    gnutls_certificate_server_set_request(session_, GNUTLS_CERT_IGNORE);
    return 0;
  }
  verify_data_[0] = VerifyData(GNUTLS_DT_KEY_PURPOSE_OID, GNUTLS_KP_TLS_WWW_CLIENT);
  verify_count_ = 1;
  gnutls_certificate_server_set_request(
      session_, options_.reject_unauthorized ? GNUTLS_CERT_REQUIRE : GNUTLS_CERT_REQUEST);
  if (options_.reject_unauthorized)
    gnutls_session_set_verify_cert2(session_, verify_data_, verify_count_, 0);
  return 0;
}

int TlsSession::SetAlpn() {
  std::vector<gnutls_datum_t> names;
  for (std::string& name : options_.alpn)
    names.push_back(
        {reinterpret_cast<unsigned char*>(&name[0]), static_cast<unsigned>(name.size())});
  // RFC 9001, 8.1: no common protocol ends the handshake. The server's order decides, as in
  // node:tls.
  unsigned flags = GNUTLS_ALPN_MANDATORY;
  if (options_.server) flags |= GNUTLS_ALPN_SERVER_PRECEDENCE;
  return gnutls_alpn_set_protocols(session_, names.data(), static_cast<unsigned>(names.size()),
                                   flags);
}

TlsSession::Status TlsSession::Advance() {
  current = this;
  Status status = Step();
  current = nullptr;
  return status;
}

void TlsSession::SetIdentity(CredentialsPointer credentials) {
  gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials.get());
  credentials_ = std::move(credentials);
}

// Makes the step's system call. Returns its result, or -errno.
int TlsSession::Perform() {
  bool sends = step_->op == QUIC_HANDSHAKE_STEP_OP_SENDMSG;
  ssize_t count;
  do {
    count = sends ? sendmsg(fd_, step_->s_sendmsg.msg, step_->s_sendmsg.flags | MSG_DONTWAIT)
                  : recvmsg(fd_, step_->s_recvmsg.msg, step_->s_recvmsg.flags | MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count < 0) count = -errno;
  if (sends)
    step_->s_sendmsg.retval = count;
  else
    step_->s_recvmsg.retval = count;
  return static_cast<int>(count);
}

// True when the step just performed has completed the ClientHello: TLS has not seen its end yet, so
// it has not looked at the credentials.
bool TlsSession::ChoosesNow() {
  if (!options_.asks_identity || step_->op != QUIC_HANDSHAKE_STEP_OP_RECVMSG) return false;
  ssize_t length = step_->s_recvmsg.retval;
  if (length <= 0) return false;
  hello_.Append(step_->s_recvmsg.msg->msg_iov[0].iov_base, static_cast<size_t>(length));
  if (!hello_.Complete()) return false;
  options_.asks_identity = false;
  result_.servername = hello_.ServerName();
  hello_ = ClientHello();
  return true;
}

TlsSession::Status TlsSession::Step() {
  if (!started_) {
    int error = Configure();
    if (error < 0) return Fail(error);
  }
  while (step_ != nullptr) {
    if (!performed_) {
      bool sends = step_->op == QUIC_HANDSHAKE_STEP_OP_SENDMSG;
      if (Perform() == -EAGAIN) return sends ? kWantWrite : kWantRead;
      performed_ = true;
      if (ChoosesNow()) return kWantIdentity;
    }
    performed_ = false;
    int error = quic_handshake_step(session_, &step_);
    if (error < 0) return Fail(error);
  }
  return Finish();
}

TlsSession::Status TlsSession::Finish() {
  gnutls_datum_t alpn = {};
  if (gnutls_alpn_get_selected_protocol(session_, &alpn) < 0) {
    // RFC 9001, 8.1
    result_.alert = GNUTLS_A_NO_APPLICATION_PROTOCOL;
    result_.error = "the peer selected no application protocol";
    return kFailed;
  }
  result_.alpn.assign(reinterpret_cast<char*>(alpn.data), alpn.size);
  result_.resumed = gnutls_session_is_resumed(session_) != 0;
  result_.early_data = (gnutls_session_get_flags(session_) & GNUTLS_SFLAGS_EARLY_DATA) != 0;
  const char* cipher = CipherName(gnutls_cipher_get(session_));
  result_.cipher = cipher != nullptr ? cipher : "";
  if (options_.server) {
    char name[256];
    size_t size = sizeof(name);
    unsigned type = 0;
    if (gnutls_server_name_get(session_, name, &size, &type, 0) == 0) {
      result_.servername.assign(name, size);
      // GnuTLS counts a trailing NUL in some versions.
      while (!result_.servername.empty() && result_.servername.back() == '\0')
        result_.servername.pop_back();
    }
  } else {
    result_.servername = options_.servername;
  }
  ReadPeerCertificate();
  // Without the key there would be no end of the handshake.
  if (!psk_.empty()) result_.authorized = true;
  // The session is kept for its ticket, the room for handshake messages is not.
  quic_handshake_deinit(session_);
  return kDone;
}

// libquic has told the socket which alert to close with, or found out which one the peer sent.
TlsSession::Status TlsSession::Fail(int error) {
  int tls_error = started_ ? quic_session_get_tls_error(session_) : error;
  result_.alert = started_ ? quic_session_get_alert(session_) : -1;
  result_.error = tls_error != 0 ? gnutls_strerror(tls_error) : strerror(-error);
  result_.error_number = tls_error != 0 ? 0 : -error;
  unsigned status = session_ != nullptr ? gnutls_session_get_verify_cert_status(session_) : 0;
  // All ones: nothing was verified yet.
  if (tls_error != 0 && status != 0 && status != static_cast<unsigned>(-1))
    result_.verification = VerificationText(status);
  return kFailed;
}

unsigned TlsSession::VerifyPeer() {
  unsigned status = 0;
  int error = gnutls_certificate_verify_peers(session_, verify_data_, verify_count_, &status);
  if (error < 0) return GNUTLS_CERT_INVALID;
  return status;
}

void TlsSession::ReadPeerCertificate() {
  unsigned count = 0;
  const gnutls_datum_t* chain = gnutls_certificate_get_peers(session_, &count);
  if (chain == nullptr || count == 0) return;
  result_.peer_certificate.assign(chain[0].data, chain[0].data + chain[0].size);
  // With reject_unauthorized the handshake would have failed.
  unsigned status = options_.reject_unauthorized ? 0 : VerifyPeer();
  result_.authorized = status == 0;
  if (status != 0) result_.verification = VerificationText(status);
}

int TlsSession::OnSecret(gnutls_session_t session, const char* label,
                         const gnutls_datum_t* secret) {
  if (current == nullptr) return 0;
  if (current->next_keylog_ != nullptr) current->next_keylog_(session, label, secret);
  gnutls_datum_t client = {}, server = {};
  gnutls_session_get_random(session, &client, &server);
  current->keylog_.push_back(std::string(label) + " " + Hex(client) + " " + Hex(*secret));
  return 0;
}

}  // namespace kquic
