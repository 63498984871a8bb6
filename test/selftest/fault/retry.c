// SPDX-License-Identifier: GPL-2.0-only
/*
 * System calls of the tests (the linker puts these in front): each may be refused for lack of memory,
 * changes nothing then, and succeeds when it is repeated. A send that took a part of its data goes on
 * with the rest.
 */
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/quic.h>

#define TRIES	3

#define WRAP(type, name, parameters, arguments)						\
	type __real_##name parameters;							\
	type __wrap_##name parameters;							\
	type __wrap_##name parameters							\
	{										\
		int tries = TRIES;							\
		type ret;								\
											\
		do {									\
			ret = __real_##name arguments;					\
		} while (ret == -1 && refused() && --tries);				\
		return ret;								\
	}

/* A kernel's socket that cannot be made is said to exceed the limit of files. */
static bool refused(void)
{
	return errno == ENOMEM || errno == ENOBUFS || errno == ENFILE;
}

WRAP(int, socket, (int family, int type, int protocol), (family, type, protocol))
WRAP(int, bind, (int fd, const struct sockaddr *addr, socklen_t len), (fd, addr, len))
WRAP(int, listen, (int fd, int backlog), (fd, backlog))
WRAP(int, connect, (int fd, const struct sockaddr *addr, socklen_t len), (fd, addr, len))
WRAP(int, accept, (int fd, struct sockaddr *addr, socklen_t *len), (fd, addr, len))
WRAP(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t len),
     (fd, level, name, value, len))
WRAP(int, getsockopt, (int fd, int level, int name, void *value, socklen_t *len),
     (fd, level, name, value, len))
WRAP(ssize_t, recvmsg, (int fd, struct msghdr *msg, int flags), (fd, msg, flags))
WRAP(ssize_t, recv, (int fd, void *data, size_t size, int flags), (fd, data, size, flags))
WRAP(ssize_t, send, (int fd, const void *data, size_t len, int flags), (fd, data, len, flags))
WRAP(int, unshare, (int flags), (flags))

ssize_t __real_sendmsg(int fd, const struct msghdr *msg, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *msg, int flags);

/* The rest belongs to the stream that the first part has opened. */
static void not_new(const struct msghdr *msg)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	struct quic_stream_info info;

	if (!cmsg || cmsg->cmsg_level != SOL_QUIC || cmsg->cmsg_type != QUIC_STREAM_INFO)
		return;
	memcpy(&info, CMSG_DATA(cmsg), sizeof(info));
	info.stream_flags &= ~MSG_QUIC_STREAM_NEW;
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	struct iovec iov = msg->msg_iovlen == 1 ? msg->msg_iov[0] : (struct iovec){ 0 };
	struct msghdr rest = *msg;
	int tries = TRIES;
	ssize_t done = 0, n;

	if (msg->msg_iovlen == 1)
		rest.msg_iov = &iov;
	for (;;) {
		n = __real_sendmsg(fd, &rest, flags);
		if (n == -1) {
			if (refused() && --tries)
				continue;
			return done ? done : -1;
		}
		done += n;
		if (msg->msg_iovlen != 1 || flags & MSG_DONTWAIT || (size_t)n == iov.iov_len)
			return done;
		iov.iov_base = (char *)iov.iov_base + n;
		iov.iov_len -= n;
		not_new(msg);
	}
}
