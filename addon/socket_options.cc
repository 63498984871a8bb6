// SPDX-License-Identifier: MIT
#include "socket_options.h"

#include <linux/quic.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <string>

#include "address.h"
#include "args.h"
#include "exports.h"

namespace kquic {
namespace {

// setsockopt(fd, level | -1 for SOL_QUIC, name, value: Uint8Array | undefined)
napi_value SetOption(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  int level = args.Int(1) < 0 ? SOL_QUIC : args.Int(1);
  Bytes value = args.Span(3);
  return Number(env, Result(setsockopt(args.Int(0), level, args.Int(2), value.data,
                                       static_cast<socklen_t>(value.length))));
}

// getsockopt(fd, level | -1 for SOL_QUIC, name, value: Uint8Array): the length
napi_value GetOption(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  int level = args.Int(1) < 0 ? SOL_QUIC : args.Int(1);
  Bytes value = args.Span(3);
  socklen_t length = static_cast<socklen_t>(value.length);
  if (getsockopt(args.Int(0), level, args.Int(2), value.data, &length) < 0)
    return Number(env, -errno);
  return Number(env, length);
}

struct Name {
  int level;
  int name;
};

// Options of one number each, in the order of lib/native.ts: their own numbers differ between
// architectures.
constexpr Name kNumbers[] = {
    {SOL_SOCKET, SO_REUSEPORT},
    {IPPROTO_IPV6, IPV6_V6ONLY},
    {SOL_SOCKET, SO_RCVBUF},
    {SOL_SOCKET, SO_SNDBUF},
    {SOL_SOCKET, SO_MAX_PACING_RATE},
    {SOL_SOCKET, SO_MARK},
    {IPPROTO_IP, IP_TOS},
    {IPPROTO_IPV6, IPV6_TCLASS},
    {IPPROTO_IP, IP_MTU_DISCOVER},
    {IPPROTO_IPV6, IPV6_MTU_DISCOVER},
    {SOL_SOCKET, SO_ERROR},
    {SOL_SOCKET, SO_TYPE},
    {SOL_SOCKET, SO_DOMAIN},
    {SOL_SOCKET, SO_PROTOCOL},
    {SOL_SOCKET, SO_ACCEPTCONN},
};
constexpr size_t kNumberCount = sizeof(kNumbers) / sizeof(kNumbers[0]);

// setNumber(fd, index into kNumbers, value)
napi_value SetNumber(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  size_t index = args.Uint(1);
  if (index >= kNumberCount) return Number(env, -EINVAL);
  uint32_t value = args.Uint(2);
  return Number(env, Result(setsockopt(args.Int(0), kNumbers[index].level, kNumbers[index].name,
                                       &value, sizeof(value))));
}

// getNumber(fd, index into kNumbers). SO_ERROR is cleared by it.
napi_value GetNumber(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  size_t index = args.Uint(1);
  if (index >= kNumberCount) return Number(env, -EINVAL);
  uint32_t value = 0;
  socklen_t length = sizeof(value);
  if (getsockopt(args.Int(0), kNumbers[index].level, kNumbers[index].name, &value, &length) < 0)
    return Number(env, -errno);
  return Number(env, value);
}

// bindToDevice(fd, interface): '' for none
napi_value BindToDevice(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  std::string name = args.Text(1);
  return Number(env, Result(setsockopt(args.Int(0), SOL_SOCKET, SO_BINDTODEVICE, name.data(),
                                       static_cast<socklen_t>(name.size()))));
}

// migrate(fd, address, port): QUIC_SOCKOPT_CONNECTION_MIGRATION
napi_value Migrate(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  sockaddr_storage address;
  int length = ParseAddress(args.Text(1), args.Int(2), &address);
  if (length < 0) return Number(env, length);
  return Number(env, Result(setsockopt(args.Int(0), SOL_QUIC, QUIC_SOCKOPT_CONNECTION_MIGRATION,
                                       &address, static_cast<socklen_t>(length))));
}

}  // namespace

void DefineSocketOptions(napi_env env, napi_value exports) {
  DefineFunction(env, exports, "setsockopt", SetOption);
  DefineFunction(env, exports, "getsockopt", GetOption);
  DefineFunction(env, exports, "setNumber", SetNumber);
  DefineFunction(env, exports, "getNumber", GetNumber);
  DefineFunction(env, exports, "bindToDevice", BindToDevice);
  DefineFunction(env, exports, "migrate", Migrate);
}

}  // namespace kquic
