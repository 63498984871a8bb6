// SPDX-License-Identifier: MIT
#include "client_hello.h"

namespace kquic {
namespace {

// RFC 8446, 4 and 4.1.2
constexpr uint8_t kClientHello = 1;
constexpr size_t kHeaderSize = 4;
constexpr size_t kVersionAndRandomSize = 2 + 32;
// RFC 6066, 3
constexpr size_t kServerNameExtension = 0;
constexpr uint8_t kHostName = 0;
// RFC 1035, 2.3.4
constexpr size_t kMaxName = 255;

// Reads from the front of a span. What is not there reads as zero, or as an empty span.
class Reader {
 public:
  Reader(const uint8_t* data, size_t length) : data_(data), length_(length) {}

  bool empty() const { return length_ == 0; }
  size_t length() const { return length_; }
  const uint8_t* data() const { return data_; }

  Reader Take(size_t length) {
    if (length > length_) length = length_ = 0;
    Reader taken(data_, length);
    data_ += length;
    length_ -= length;
    return taken;
  }

  size_t Number(size_t size) {
    Reader bytes = Take(size);
    size_t number = 0;
    for (size_t i = 0; i < bytes.length_; i++) number = number << 8 | bytes.data_[i];
    return number;
  }

  // A vector with its length, of `size` bytes, before it.
  Reader Vector(size_t size) { return Take(Number(size)); }

 private:
  const uint8_t* data_;
  size_t length_;
};

char Lower(uint8_t c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); }

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

std::string HostName(const Reader& bytes) {
  std::string name;
  if (bytes.length() > kMaxName) return name;
  for (size_t i = 0; i < bytes.length(); i++) {
    char c = Lower(bytes.data()[i]);
    if (!IsNameCharacter(c)) return std::string();
    name += c;
  }
  if (!name.empty() && name.back() == '.') name.pop_back();
  return name;
}

}  // namespace

void ClientHello::Append(const void* data, size_t length) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  bytes_.insert(bytes_.end(), bytes, bytes + length);
}

bool ClientHello::Complete() const {
  Reader message(bytes_.data(), bytes_.size());
  if (message.length() < kHeaderSize) return false;
  if (message.Number(1) != kClientHello) return true;
  size_t length = message.Number(3);
  return message.length() >= length;
}

std::string ClientHello::ServerName() const {
  Reader message(bytes_.data(), bytes_.size());
  if (message.Number(1) != kClientHello) return std::string();
  Reader body = message.Vector(3);
  body.Take(kVersionAndRandomSize);
  body.Vector(1);  // legacy_session_id
  body.Vector(2);  // cipher_suites
  body.Vector(1);  // legacy_compression_methods
  Reader extensions = body.Vector(2);
  while (!extensions.empty()) {
    size_t type = extensions.Number(2);
    Reader content = extensions.Vector(2);
    if (type != kServerNameExtension) continue;
    Reader names = content.Vector(2);
    while (!names.empty()) {
      bool is_host = names.Number(1) == kHostName;
      Reader name = names.Vector(2);
      if (is_host) return HostName(name);
    }
  }
  return std::string();
}

}  // namespace kquic
