// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * sendmsg() and recvmsg() with the stream as an argument instead of a control message.
 */
#include <string.h>

#include <netinet/quic.h>

#define QUIC_MESSAGE_STREAM_FLAGS                                          \
	(MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_FIN | MSG_QUIC_STREAM_UNI | \
	 MSG_QUIC_STREAM_DONTWAIT | MSG_QUIC_STREAM_SNDBLOCK)

ssize_t quic_sendmsg(int sockfd, const void *msg, size_t len, int64_t sid, uint32_t flags)
{
	struct iovec iov = { .iov_base = (void *)msg, .iov_len = len };
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct quic_stream_info))] = { 0 };
	struct quic_stream_info info = { 0 };
	struct msghdr header = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};

	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&header);

	info.stream_id = sid;
	info.stream_flags = flags & QUIC_MESSAGE_STREAM_FLAGS;
	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = QUIC_STREAM_INFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));

	return sendmsg(sockfd, &header, flags & ~QUIC_MESSAGE_STREAM_FLAGS);
}

ssize_t quic_recvmsg(int sockfd, void *msg, size_t len, int64_t *sid, uint32_t *flags)
{
	struct iovec iov = { .iov_base = msg, .iov_len = len };
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct quic_stream_info))] = { 0 };
	struct quic_stream_info info = { 0 };
	struct msghdr header = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	ssize_t ret;

	ret = recvmsg(sockfd, &header, flags ? *flags : 0);
	if (ret < 0)
		return ret;

	for (cmsg = CMSG_FIRSTHDR(&header); cmsg; cmsg = CMSG_NXTHDR(&header, cmsg)) {
		if (cmsg->cmsg_level != SOL_QUIC || cmsg->cmsg_type != QUIC_STREAM_INFO ||
		    cmsg->cmsg_len < CMSG_LEN(sizeof(info)))
			continue;
		memcpy(&info, CMSG_DATA(cmsg), sizeof(info));
		if (sid)
			*sid = info.stream_id;
	}
	if (flags)
		*flags = header.msg_flags | info.stream_flags;
	return ret;
}
