// SPDX-License-Identifier: MIT
//
// ClientHello: which name a client asks for, read before TLS sees the message (RFC 6066, 3). A
// server with certificates for several names has to choose before GnuTLS answers, and GnuTLS cannot
// wait for JavaScript in the middle of a message.
#ifndef KQUIC_ADDON_CLIENT_HELLO_H
#define KQUIC_ADDON_CLIENT_HELLO_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kquic {

class ClientHello {
 public:
  // A piece of the handshake's first bytes: a level is a stream, cut anywhere.
  void Append(const void* data, size_t length);

  // True once the whole message is there, or what is there is no ClientHello.
  bool Complete() const;

  // The name in lower case, without a final dot. Empty if the client sent none, or none that is a
  // host name, or if the message is malformed: GnuTLS finds that out itself.
  std::string ServerName() const;

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace kquic

#endif  // KQUIC_ADDON_CLIENT_HELLO_H
