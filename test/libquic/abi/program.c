/* SPDX-License-Identifier: MIT */
/*
 * A program in C99 and in C++11 that calls every function once, and knows the layout of every structure (S9.4).
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <netinet/quic.h>

static int failures;

static void expect(const char *what, long value, long expected)
{
	if (value == expected)
		return;
	printf("%s is %ld, not %ld\n", what, value, expected);
	failures = 1;
}

#define EXPECT(value, expected) expect(#value, (long)(value), (long)(expected))

static void handshakes(void)
{
	struct quic_handshake_step *step = NULL;

	EXPECT(quic_client_handshake(-1, NULL, NULL, NULL), -EBADF);
	EXPECT(quic_server_handshake(-1, NULL, NULL, NULL), -EINVAL);
	EXPECT(quic_handshake(NULL), -EINVAL);
	EXPECT(quic_handshake_init(NULL, &step), -EINVAL);
	EXPECT(quic_handshake_step(NULL, &step), -EINVAL);
	quic_handshake_deinit(NULL);
	EXPECT(step == NULL, 1);
}

static void sessions(void)
{
	size_t size = 0;

	EXPECT(quic_session_get_data(NULL, NULL, &size), -EINVAL);
	EXPECT(quic_session_set_data(NULL, "data", 4), -EINVAL);
	EXPECT(quic_session_get_alpn(NULL, NULL, &size), -EINVAL);
	EXPECT(quic_session_set_alpn(NULL, "name", 4), -EINVAL);
	EXPECT(quic_session_get_alert(NULL), -1);
	EXPECT(quic_session_get_tls_error(NULL), 0);
}

static void messages(void)
{
	uint32_t flags = 0;
	int64_t sid = 7;
	char byte = 0;

	EXPECT(quic_sendmsg(-1, &byte, 1, 0, MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_FIN), -1);
	EXPECT(errno, EBADF);
	EXPECT(quic_recvmsg(-1, &byte, 1, &sid, &flags), -1);
	EXPECT(errno, EBADF);
	EXPECT(sid, 7);
}

static void log_line(int level, const char *text)
{
	(void)level;
	(void)text;
}

static void log_settings(void)
{
	EXPECT(quic_set_log_level(3), -1);
	EXPECT(quic_set_log_level(-1), 3);
	EXPECT(quic_set_log_func(log_line) == NULL, 1);
	EXPECT(quic_set_log_func(NULL) == log_line, 1);
}

static void layout(void)
{
	struct quic_handshake_step step;

	memset(&step, 0, sizeof(step));
	EXPECT(QUIC_HANDSHAKE_STEP_OP_SENDMSG, 1);
	EXPECT(QUIC_HANDSHAKE_STEP_OP_RECVMSG, 2);
	EXPECT(offsetof(struct quic_handshake_step, op), 0);
	EXPECT((char *)&step.s_sendmsg - (char *)&step, sizeof(void *));
	EXPECT((char *)&step.s_recvmsg - (char *)&step, sizeof(void *));
	EXPECT(offsetof(struct quic_handshake_step_sendmsg, msg), 0);
	EXPECT(offsetof(struct quic_handshake_step_sendmsg, flags), sizeof(void *));
	EXPECT(offsetof(struct quic_handshake_step_sendmsg, retval), 2 * sizeof(void *));
	EXPECT(offsetof(struct quic_handshake_step_recvmsg, msg), 0);
	EXPECT(offsetof(struct quic_handshake_step_recvmsg, flags), sizeof(void *));
	EXPECT(offsetof(struct quic_handshake_step_recvmsg, retval), 2 * sizeof(void *));
	EXPECT(sizeof(struct quic_handshake_step), 4 * sizeof(void *));
	EXPECT(sizeof(QUIC_PRIORITY) > 1, 1);
	EXPECT(IPPROTO_QUIC, 261);
	EXPECT(SOL_QUIC, 288);
}

int main(void)
{
	handshakes();
	sessions();
	messages();
	log_settings();
	layout();
	return failures;
}
