// SPDX-License-Identifier: MIT
#include "syscalls.h"

#include <fcntl.h>
#include <linux/quic.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "address.h"
#include "args.h"
#include "environment.h"
#include "exports.h"

namespace kquic {
namespace {

// The result of a system call that opens a descriptor
napi_value Opened(napi_env env, int fd) {
  return Number(env, Result(Environment::Of(env).descriptors.Opened(fd)));
}

// socket(family: 4 | 6, type: 1 | 2)
napi_value Socket(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  int family = args.Int(0) == 6 ? AF_INET6 : AF_INET;
  int type = args.Int(1) == 2 ? SOCK_DGRAM : SOCK_STREAM;
  return Opened(env, socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_QUIC));
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
  return Opened(env, fd);
}

// peelOff(fd, streamId, flags): a socket of the stream (docs/peeloff.md)
napi_value PeelOff(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  quic_stream_peeloff value = {};
  value.stream_id = args.Int64(1);
  value.flags = args.Uint(2);
  socklen_t length = sizeof(value);
  if (getsockopt(args.Int(0), SOL_QUIC, QUIC_SOCKOPT_STREAM_PEELOFF, &value, &length) < 0)
    return Number(env, -errno);
  return Opened(env, value.sd);
}

// shutdown(fd, how: 0 | 1 | 2)
napi_value Shutdown(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  return Number(env, Result(shutdown(args.Int(0), args.Int(1))));
}

// close(fd)
napi_value Close(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  Environment::Of(env).descriptors.Owned(args.Int(0));
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

// queued(fd, 0 | 1 | 2): bytes in the receive queue (SIOCINQ); in the send queue, those that wait
// for an acknowledgement included (SIOCOUTQ); not sent yet (SIOCOUTQNSD)
napi_value Queued(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  static const unsigned long requests[] = {SIOCINQ, SIOCOUTQ, SIOCOUTQNSD};
  uint32_t which = args.Uint(1);
  if (which >= sizeof(requests) / sizeof(requests[0])) return Number(env, -EINVAL);
  int bytes = 0;
  return Number(env, ioctl(args.Int(0), requests[which], &bytes) < 0 ? -errno : bytes);
}

// duplicate(fd)
napi_value Duplicate(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  return Opened(env, fcntl(args.Int(0), F_DUPFD_CLOEXEC, 0));
}

// adopt(fd): gives a descriptor from elsewhere the flags that ours have
napi_value Adopt(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  int flags = fcntl(args.Int(0), F_GETFL);
  if (flags < 0 || fcntl(args.Int(0), F_SETFL, flags | O_NONBLOCK) < 0) return Number(env, -errno);
  return Number(env, Result(fcntl(args.Int(0), F_SETFD, FD_CLOEXEC)));
}

// sendfile(fd, file, offset | -1 for the file's own position, length)
napi_value SendFile(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  off_t offset = args.Int64(2);
  ssize_t count;
  do {
    count = sendfile(args.Int(0), args.Int(1), offset < 0 ? nullptr : &offset,
                     static_cast<size_t>(args.Int64(3)));
  } while (count < 0 && errno == EINTR);
  return Number(env, Result(count));
}

// splice(from, to, length): one of the two is a pipe
napi_value Splice(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  ssize_t count;
  do {
    count = splice(args.Int(0), nullptr, args.Int(1), nullptr, static_cast<size_t>(args.Int64(2)),
                   SPLICE_F_NONBLOCK);
  } while (count < 0 && errno == EINTR);
  return Number(env, Result(count));
}

// edgeOpen(fd, 1 | 2): an epoll descriptor that is readable once for each wake-up of the readers or
// of the writers of `fd`
napi_value EdgeOpen(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return Number(env, -errno);
  epoll_event event = {};
  event.events = (args.Int(1) == 2 ? EPOLLOUT : EPOLLIN) | EPOLLET;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, args.Int(0), &event) < 0) {
    int error = errno;
    close(epoll);
    return Number(env, -error);
  }
  return Opened(env, epoll);
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
  DefineFunction(env, exports, "peelOff", PeelOff);
  DefineFunction(env, exports, "shutdown", Shutdown);
  DefineFunction(env, exports, "close", Close);
  DefineFunction(env, exports, "getsockname", Name<getsockname>);
  DefineFunction(env, exports, "getpeername", Name<getpeername>);
  DefineFunction(env, exports, "poll", Poll);
  DefineFunction(env, exports, "queued", Queued);
  DefineFunction(env, exports, "duplicate", Duplicate);
  DefineFunction(env, exports, "adopt", Adopt);
  DefineFunction(env, exports, "sendfile", SendFile);
  DefineFunction(env, exports, "splice", Splice);
  DefineFunction(env, exports, "edgeOpen", EdgeOpen);
  DefineFunction(env, exports, "edgeClear", EdgeClear);
}

}  // namespace kquic
