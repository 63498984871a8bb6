// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "harness.h"
#include "message.h"

static ssize_t send_with(int fd, int type, const void *info, size_t info_len, const void *data,
			 size_t len, int flags)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(16)] = { 0 };
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = CMSG_SPACE(info_len),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(info_len);
	memcpy(CMSG_DATA(cmsg), info, info_len);
	return sendmsg(fd, &msg, flags | MSG_NOSIGNAL);
}

ssize_t stream_send_flags(int fd, int64_t sid, uint32_t stream_flags, const void *data, size_t len,
			  int flags)
{
	struct quic_stream_info info = { .stream_id = sid, .stream_flags = stream_flags };

	return send_with(fd, QUIC_STREAM_INFO, &info, sizeof(info), data, len, flags);
}

ssize_t stream_send(int fd, int64_t sid, uint32_t stream_flags, const void *data, size_t len)
{
	return stream_send_flags(fd, sid, stream_flags, data, len, 0);
}

void stream_write(int fd, int64_t sid, uint32_t stream_flags, const char *text)
{
	ssize_t ret = stream_send(fd, sid, stream_flags, text, strlen(text));

	if (ret != (ssize_t)strlen(text))
		test_fail(__FILE__, __LINE__, "send(\"%s\") on stream %lld: %zd, %s", text,
			  (long long)sid, ret, ret < 0 ? strerrorname_np(errno) : "");
}

static void parse_control(struct message *message, struct msghdr *msg)
{
	struct quic_stream_info info;
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		ASSERT_EQ(cmsg->cmsg_level, SOL_QUIC);
		if (cmsg->cmsg_type == QUIC_STREAM_INFO) {
			memcpy(&info, CMSG_DATA(cmsg), sizeof(info));
			message->has_stream = true;
			message->sid = info.stream_id;
			message->stream_flags = info.stream_flags;
		} else {
			ASSERT_EQ(cmsg->cmsg_type, QUIC_HANDSHAKE_INFO);
			message->has_level = true;
			message->level = *CMSG_DATA(cmsg);
		}
	}
}

ssize_t message_recv(int fd, struct message *message, size_t size, int flags)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct quic_stream_info))];
	struct iovec iov = { .iov_base = message->data, .iov_len = size };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};

	ASSERT(size <= MESSAGE_SIZE);
	memset(message, 0, offsetof(struct message, data));
	message->sid = -1;
	message->len = recvmsg(fd, &msg, flags);
	if (message->len < 0)
		return -1;
	message->data[message->len] = '\0';
	message->flags = msg.msg_flags;
	parse_control(message, &msg);
	return message->len;
}

void stream_expect(int fd, int64_t sid, uint32_t fin, const char *text)
{
	struct message message;

	if (message_recv(fd, &message, MESSAGE_SIZE, 0) < 0)
		test_fail(__FILE__, __LINE__, "recv of \"%s\" failed with %s", text,
			  strerrorname_np(errno));
	if (message.len != (ssize_t)strlen(text) || memcmp(message.data, text, message.len))
		test_fail(__FILE__, __LINE__, "received %zd bytes \"%.40s\", flags 0x%x, not \"%s\"",
			  message.len, message.data, message.flags, text);
	ASSERT(message.has_stream);
	ASSERT_EQ(message.sid, sid);
	ASSERT_EQ(message.stream_flags, fin);
	ASSERT_EQ(message.flags & ~MSG_CMSG_CLOEXEC, 0);
}

void stream_drain(int fd, size_t len)
{
	struct message message;

	while (len) {
		ASSERT_OK(message_recv(fd, &message,
				       len < MESSAGE_SIZE ? len : MESSAGE_SIZE, 0));
		ASSERT(message.has_stream);
		len -= message.len;
	}
}

ssize_t handshake_send(int fd, int level, const void *data, size_t len, int flags)
{
	struct quic_handshake_info info = { .crypto_level = level };

	return send_with(fd, QUIC_HANDSHAKE_INFO, &info, sizeof(info), data, len, flags);
}

void handshake_expect(int fd, int level, const char *text)
{
	struct message message;

	if (message_recv(fd, &message, MESSAGE_SIZE, 0) < 0)
		test_fail(__FILE__, __LINE__, "recv of \"%s\" failed with %s", text,
			  strerrorname_np(errno));
	ASSERT(message.has_level);
	ASSERT_EQ(message.level, level);
	ASSERT_EQ(message.len, strlen(text));
	ASSERT_MEM(message.data, text, message.len);
	ASSERT(message.flags & MSG_EOR);
}

void event_enable(int fd, int type, bool on)
{
	struct quic_event_option option = { .type = type, .on = on };

	ASSERT_OK(setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_EVENT, &option, sizeof(option)));
}

union quic_event event_expect(int fd, int type)
{
	struct message message;
	union quic_event event = { 0 };

	if (message_recv(fd, &message, MESSAGE_SIZE, 0) < 0)
		test_fail(__FILE__, __LINE__, "recv of event %d failed with %s", type,
			  strerrorname_np(errno));
	if (!(message.flags & MSG_QUIC_NOTIFICATION))
		test_fail(__FILE__, __LINE__, "no event %d but %zd bytes of stream %lld", type,
			  message.len, (long long)message.sid);
	ASSERT_EQ(message.data[0], type);
	ASSERT(message.flags & MSG_EOR);
	ASSERT(message.len - 1 <= (ssize_t)sizeof(event));
	memcpy(&event, message.data + 1, message.len - 1);
	return event;
}

void event_expect_update(int fd, int64_t sid, int state, uint32_t errcode, uint64_t finalsz)
{
	union quic_event event = event_expect(fd, QUIC_EVENT_STREAM_UPDATE);

	if (event.update.id != sid || event.update.state != state ||
	    event.update.errcode != errcode || event.update.finalsz != finalsz)
		test_fail(__FILE__, __LINE__,
			  "stream %lld state %u errcode %u finalsz %llu, "
			  "not stream %lld state %d errcode %u finalsz %llu",
			  (long long)event.update.id, event.update.state, event.update.errcode,
			  (unsigned long long)event.update.finalsz, (long long)sid, state, errcode,
			  (unsigned long long)finalsz);
}

void message_expect_none(int fd)
{
	struct message message;

	ASSERT_ERRNO(message_recv(fd, &message, MESSAGE_SIZE, MSG_DONTWAIT), EAGAIN);
}
