// SPDX-License-Identifier: MIT
#include "syscalls.h"

#include <linux/quic.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "address.h"
#include "args.h"
#include "exports.h"

namespace kquic {
namespace {

int64_t Result(int64_t value) { return value < 0 ? -errno : value; }

// socket(family: 4 | 6, type: 1 | 2)
napi_value Socket(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  int family = args.Int(0) == 6 ? AF_INET6 : AF_INET;
  int type = args.Int(1) == 2 ? SOCK_DGRAM : SOCK_STREAM;
  return Number(env, Result(socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_QUIC)));
}

// bind(fd, address, port)
napi_value Bind(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  sockaddr_storage address;
  int length = ParseAddress(args.Text(1), args.Int(2), &address);
  if (length < 0) return Number(env, length);
  return Number(env, Result(bind(args.Int(0), reinterpret_cast<sockaddr*>(&address), length)));
}

// connect(fd, address, port)
napi_value Connect(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  sockaddr_storage address;
  int length = ParseAddress(args.Text(1), args.Int(2), &address);
  if (length < 0) return Number(env, length);
  return Number(env, Result(connect(args.Int(0), reinterpret_cast<sockaddr*>(&address), length)));
}

// listen(fd, backlog)
napi_value Listen(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  return Number(env, Result(listen(args.Int(0), args.Int(1))));
}

// accept(fd)
napi_value Accept(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  int fd;
  do {
    fd = accept4(args.Int(0), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  } while (fd < 0 && errno == EINTR);
  return Number(env, Result(fd));
}

// shutdown(fd, how: 0 | 1 | 2)
napi_value Shutdown(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  return Number(env, Result(shutdown(args.Int(0), args.Int(1))));
}

// close(fd)
napi_value Close(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  return Number(env, Result(close(args.Int(0))));
}

template <int (*call)(int, sockaddr*, socklen_t*)>
napi_value Name(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  sockaddr_storage address = {};
  socklen_t length = sizeof(address);
  if (call(args.Int(0), reinterpret_cast<sockaddr*>(&address), &length) < 0)
    return Number(env, -errno);
  return AddressInfo(env, address);
}

// poll(fd, events, timeoutMs): the returned events
napi_value Poll(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  pollfd descriptor = {args.Int(0), static_cast<short>(args.Int(1)), 0};
  int count = poll(&descriptor, 1, args.Int(2));
  return Number(env, count < 0 ? -errno : descriptor.revents);
}

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

// setFlag(fd, 'SO_REUSEPORT' as 0 | 'IPV6_V6ONLY' as 1, on): numbers differ between architectures
napi_value SetFlag(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  int on = args.Int(2);
  bool reuse_port = args.Int(1) == 0;
  return Number(env, Result(setsockopt(args.Int(0), reuse_port ? SOL_SOCKET : IPPROTO_IPV6,
                                       reuse_port ? SO_REUSEPORT : IPV6_V6ONLY, &on, sizeof(on))));
}

// socketError(fd): reads and clears SO_ERROR
napi_value SocketError(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  int error = 0;
  socklen_t length = sizeof(error);
  if (getsockopt(args.Int(0), SOL_SOCKET, SO_ERROR, &error, &length) < 0)
    return Number(env, -errno);
  return Number(env, error);
}

// queued(fd): bytes in the send queue, sent but unacknowledged ones included (SIOCOUTQ)
napi_value Queued(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  int bytes = 0;
  if (ioctl(args.Int(0), TIOCOUTQ, &bytes) < 0) return Number(env, -errno);
  return Number(env, bytes);
}

// edgeOpen(fd): an epoll descriptor that is readable once for each wake-up of `fd`
napi_value EdgeOpen(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return Number(env, -errno);
  epoll_event event = {};
  event.events = EPOLLIN | EPOLLET;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, args.Int(0), &event) < 0) {
    int error = errno;
    close(epoll);
    return Number(env, -error);
  }
  return Number(env, epoll);
}

// edgeClear(epoll)
napi_value EdgeClear(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  epoll_event event;
  return Number(env, Result(epoll_wait(args.Int(0), &event, 1, 0)));
}

}  // namespace

void DefineSyscalls(napi_env env, napi_value exports) {
  DefineFunction(env, exports, "socket", Socket);
  DefineFunction(env, exports, "bind", Bind);
  DefineFunction(env, exports, "connect", Connect);
  DefineFunction(env, exports, "listen", Listen);
  DefineFunction(env, exports, "accept", Accept);
  DefineFunction(env, exports, "shutdown", Shutdown);
  DefineFunction(env, exports, "close", Close);
  DefineFunction(env, exports, "getsockname", Name<getsockname>);
  DefineFunction(env, exports, "getpeername", Name<getpeername>);
  DefineFunction(env, exports, "poll", Poll);
  DefineFunction(env, exports, "setsockopt", SetOption);
  DefineFunction(env, exports, "getsockopt", GetOption);
  DefineFunction(env, exports, "setFlag", SetFlag);
  DefineFunction(env, exports, "socketError", SocketError);
  DefineFunction(env, exports, "queued", Queued);
  DefineFunction(env, exports, "edgeOpen", EdgeOpen);
  DefineFunction(env, exports, "edgeClear", EdgeClear);
}

}  // namespace kquic
