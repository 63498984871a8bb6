// SPDX-License-Identifier: MIT
//
// Reading the arguments of hot functions with plain N-API: no wrapper object per argument.
// A wrong type is a bug of our own TypeScript layer, so it reads as zero or as an empty span; the
// system call then refuses it with an errno.
#ifndef KQUIC_ADDON_ARGS_H
#define KQUIC_ADDON_ARGS_H

#include <node_api.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>

namespace kquic {

struct Bytes {
  uint8_t* data = nullptr;
  size_t length = 0;
};

template <size_t N>
class Args {
 public:
  Args(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = N;
    napi_get_cb_info(env, info, &count, values_, nullptr, nullptr);
  }

  napi_env env() const { return env_; }

  int32_t Int(size_t i) const {
    int32_t value = 0;
    napi_get_value_int32(env_, values_[i], &value);
    return value;
  }

  uint32_t Uint(size_t i) const {
    uint32_t value = 0;
    napi_get_value_uint32(env_, values_[i], &value);
    return value;
  }

  // Sizes and stream IDs: integers below 2^53.
  int64_t Int64(size_t i) const {
    int64_t value = 0;
    napi_get_value_int64(env_, values_[i], &value);
    return value;
  }

  // The bytes of any typed array (Buffer included); empty for anything else.
  Bytes Span(size_t i) const {
    Bytes bytes;
    bool is_typed = false;
    napi_is_typedarray(env_, values_[i], &is_typed);
    if (!is_typed) return bytes;
    napi_typedarray_type type;
    size_t count = 0;
    void* data = nullptr;
    napi_get_typedarray_info(env_, values_[i], &type, &count, &data, nullptr, nullptr);
    bytes.data = static_cast<uint8_t*>(data);
    bytes.length = count * ElementSize(type);
    return bytes;
  }

  // The part [offset, offset + length) of a typed array, cut at its end.
  Bytes Slice(size_t array, size_t offset, size_t length) const {
    Bytes all = Span(array);
    int64_t from = Int64(offset);
    int64_t count = Int64(length);
    Bytes part;
    if (from < 0 || count < 0 || static_cast<size_t>(from) > all.length) return part;
    size_t room = all.length - static_cast<size_t>(from);
    part.data = all.data + from;
    part.length = static_cast<size_t>(count) < room ? static_cast<size_t>(count) : room;
    return part;
  }

  // Addresses in text form; longer text is cut and then refused as an address.
  std::string Text(size_t i) const {
    char buffer[128] = "";
    size_t length = 0;
    napi_get_value_string_utf8(env_, values_[i], buffer, sizeof(buffer), &length);
    return std::string(buffer, length);
  }

 private:
  static size_t ElementSize(napi_typedarray_type type) {
    switch (type) {
      case napi_int16_array:
      case napi_uint16_array:
        return 2;
      case napi_int32_array:
      case napi_uint32_array:
      case napi_float32_array:
        return 4;
      case napi_float64_array:
      case napi_bigint64_array:
      case napi_biguint64_array:
        return 8;
      default:
        return 1;
    }
  }

  napi_env env_;
  napi_value values_[N] = {};
};

// What a system call returned, or -errno.
inline int64_t Result(int64_t value) { return value < 0 ? -errno : value; }

inline napi_value Number(napi_env env, int64_t value) {
  napi_value result = nullptr;
  napi_create_int64(env, value, &result);
  return result;
}

}  // namespace kquic

#endif  // KQUIC_ADDON_ARGS_H
