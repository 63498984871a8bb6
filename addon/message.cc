// SPDX-License-Identifier: MIT
#include "message.h"

#include <linux/quic.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "args.h"
#include "exports.h"

namespace kquic {
namespace {

// Arguments beyond these bounds mean "no such control message".
constexpr int64_t kNoStream = -2;
constexpr int32_t kNoLevel = -1;

// Room for both control messages, aligned as CMSG_FIRSTHDR wants it.
union Control {
  cmsghdr align;
  char bytes[CMSG_SPACE(sizeof(quic_stream_info)) + CMSG_SPACE(sizeof(quic_handshake_info))];
};

template <typename T>
void Append(msghdr* message, int type, const T& value) {
  auto* header = reinterpret_cast<cmsghdr*>(static_cast<char*>(message->msg_control) +
                                            message->msg_controllen);
  header->cmsg_level = SOL_QUIC;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof(T));
  memcpy(CMSG_DATA(header), &value, sizeof(T));
  message->msg_controllen += CMSG_SPACE(sizeof(T));
}

// sendmsg(fd, data, offset, length, flags, streamId | -2, streamFlags, cryptoLevel | -1)
napi_value Send(napi_env env, napi_callback_info info) {
  Args<8> args(env, info);
  Bytes data = args.Slice(1, 2, 3);
  int64_t stream_id = args.Int64(5);
  int32_t level = args.Int(7);

  iovec vector = {data.data, data.length};
  Control control = {};
  msghdr message = {};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  if (stream_id > kNoStream) {
    quic_stream_info stream = {};
    stream.stream_id = stream_id;
    stream.stream_flags = args.Uint(6);
    Append(&message, QUIC_STREAM_INFO, stream);
  }
  if (level > kNoLevel) {
    quic_handshake_info handshake = {};
    handshake.crypto_level = static_cast<uint8_t>(level);
    Append(&message, QUIC_HANDSHAKE_INFO, handshake);
  }
  if (message.msg_controllen == 0) message.msg_control = nullptr;

  ssize_t count;
  do {
    count = sendmsg(args.Int(0), &message, static_cast<int>(args.Uint(4)) | MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  return Number(env, Result(count));
}

struct Received {
  ssize_t count = 0;
  int flags = 0;
  int64_t stream_id = kNoStream;
  uint32_t stream_flags = 0;
  int32_t level = kNoLevel;
};

Received ReceiveOne(int fd, uint8_t* data, size_t length, int flags) {
  Received received;
  iovec vector = {data, length};
  Control control;
  msghdr message = {};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof(control.bytes);

  do {
    received.count = recvmsg(fd, &message, flags);
  } while (received.count < 0 && errno == EINTR);
  if (received.count < 0) {
    received.count = -errno;
    return received;
  }
  received.flags = message.msg_flags;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_QUIC) continue;
    if (header->cmsg_type == QUIC_STREAM_INFO) {
      quic_stream_info stream;
      memcpy(&stream, CMSG_DATA(header), sizeof(stream));
      received.stream_id = stream.stream_id;
      received.stream_flags = stream.stream_flags;
    } else if (header->cmsg_type == QUIC_HANDSHAKE_INFO) {
      quic_handshake_info handshake;
      memcpy(&handshake, CMSG_DATA(header), sizeof(handshake));
      received.level = handshake.crypto_level;
    }
  }
  return received;
}

// recvmsg(fd, data, offset, length, flags, out: Float64Array): bytes;
// out = [msg_flags, streamId | -2, streamFlags, cryptoLevel | -1]
napi_value Receive(napi_env env, napi_callback_info info) {
  Args<6> args(env, info);
  Bytes data = args.Slice(1, 2, 3);
  Bytes out = args.Span(5);
  Received received =
      ReceiveOne(args.Int(0), data.data, data.length, static_cast<int>(args.Uint(4)));
  if (received.count >= 0 && out.length >= 4 * sizeof(double)) {
    auto* fields = reinterpret_cast<double*>(out.data);
    fields[0] = received.flags;
    fields[1] = static_cast<double>(received.stream_id);
    fields[2] = received.stream_flags;
    fields[3] = received.level;
  }
  return Number(env, received.count);
}

// A record of the batch, as TypeScript reads it (lib/slab.ts).
struct Record {
  double kind;       // 0 stream data, 1 event, 2 datagram, 3 handshake message
  double stream_id;  // of stream data
  double fin;        // 1 if the stream ends with these bytes
  double offset;     // of the bytes in the slab
  double length;
};
enum { kData, kEvent, kDatagram, kHandshake };

double KindOf(const Received& received) {
  if (received.flags & MSG_QUIC_NOTIFICATION) return kEvent;
  if (received.flags & MSG_QUIC_DATAGRAM) return kDatagram;
  return received.level > kNoLevel ? kHandshake : kData;
}

// Datagrams and events, which recvmsg would hand out in parts (S4.8), fit whole: no UDP payload is
// longer.
constexpr size_t kMinimumRoom = 65536;

// recvBatch(fd, slab, offset, records: Float64Array): number of records.
// Stops at an errno, at the end of the slab or of the records. The last element of `records` is the
// errno that stopped it, 0 if it was room: the socket may have more.
napi_value ReceiveBatch(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  int fd = args.Int(0);
  Bytes slab = args.Span(1);
  size_t offset = std::min(static_cast<size_t>(std::max<int64_t>(args.Int64(2), 0)), slab.length);
  Bytes out = args.Span(3);
  if (out.length < sizeof(double)) return Number(env, 0);

  size_t limit = (out.length - sizeof(double)) / sizeof(Record);
  auto* records = reinterpret_cast<Record*>(out.data);
  size_t count = 0;
  int error = 0;
  while (count < limit && slab.length - offset >= kMinimumRoom) {
    Received received = ReceiveOne(fd, slab.data + offset, slab.length - offset, MSG_DONTWAIT);
    if (received.count < 0) {
      error = static_cast<int>(-received.count);
      break;
    }
    records[count++] = {KindOf(received), static_cast<double>(received.stream_id),
                        received.stream_flags & MSG_QUIC_STREAM_FIN ? 1.0 : 0.0,
                        static_cast<double>(offset), static_cast<double>(received.count)};
    offset += static_cast<size_t>(received.count);
  }
  auto* numbers = reinterpret_cast<double*>(out.data);
  numbers[out.length / sizeof(double) - 1] = error;
  return Number(env, static_cast<int64_t>(count));
}

}  // namespace

void DefineMessages(napi_env env, napi_value exports) {
  DefineFunction(env, exports, "sendmsg", Send);
  DefineFunction(env, exports, "recvmsg", Receive);
  DefineFunction(env, exports, "recvBatch", ReceiveBatch);
}

}  // namespace kquic
