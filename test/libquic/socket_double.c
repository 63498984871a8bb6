// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "socket_double.h"

#define TICKET_KEY_SIZE 64
#define PARAMS_SIZE	80

struct message {
	struct message *next;
	uint8_t level;
	size_t len;
	size_t offset;
	uint8_t data[];
};

struct double_socket {
	bool server;
	bool closed;
	bool refuse_params;
	bool got_params;
	unsigned int disturbances;
	unsigned int interruptions; /* of them */
	size_t chunk;
	uint8_t peer_params[512];
	size_t peer_params_len;
	uint8_t ticket[4096];
	size_t ticket_len;
	bool has_secret[QUIC_CRYPTO_MAX][2];
	struct quic_crypto_secret secrets[QUIC_CRYPTO_MAX][2];
	char order[4 * QUIC_CRYPTO_MAX + 1];
	struct quic_connection_close close;
	struct message *queue;
};

/* Each pair has a lock of its own, so that handshakes do not wait for each other. */
static struct double_pair {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct double_socket sockets[2];
} pairs[DOUBLE_PAIRS] = {
	[0 ... DOUBLE_PAIRS - 1] = {
		.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER,
	},
};

static struct double_pair *pair_of(int fd)
{
	int number = (fd - CLIENT_FD) / 2;

	return fd >= CLIENT_FD && number < DOUBLE_PAIRS ? &pairs[number] : NULL;
}

static struct double_socket *find(int fd)
{
	struct double_pair *pair = pair_of(fd);

	return pair ? &pair->sockets[(fd - CLIENT_FD) % 2] : NULL;
}

static struct double_socket *peer_of(struct double_socket *sock)
{
	return sock->server ? sock - 1 : sock + 1;
}

static void drop_queue(struct double_socket *sock)
{
	struct message *message;

	while ((message = sock->queue)) {
		sock->queue = message->next;
		free(message);
	}
}

void double_reset_pair(int pair)
{
	struct double_socket *sockets = pairs[pair].sockets;
	int i;

	for (i = 0; i < 2; i++) {
		drop_queue(&sockets[i]);
		memset(&sockets[i], 0, sizeof(sockets[i]));
		sockets[i].server = i;
	}
}

void double_reset(void)
{
	double_reset_pair(0);
}

void double_close(int fd)
{
	struct double_socket *sock = find(fd), *peer = peer_of(sock);
	struct double_pair *pair = pair_of(fd);
	uint32_t code;

	pthread_mutex_lock(&pair->lock);
	code = sock->close.errcode;
	/* During the handshake only a TLS alert is told apart (RFC 9000, 10.2.3). */
	if (code < QUIC_TRANSPORT_ERROR_CRYPTO || code > QUIC_TRANSPORT_ERROR_CRYPTO + 255)
		code = QUIC_TRANSPORT_ERROR_APPLICATION;
	sock->closed = true;
	if (!peer->closed) {
		peer->closed = true;
		peer->close.errcode = code;
	}
	pthread_cond_broadcast(&pair->changed);
	pthread_mutex_unlock(&pair->lock);
}

void double_set_chunk(int fd, size_t len)
{
	find(fd)->chunk = len;
}

void double_disturb(int fd, unsigned int count)
{
	find(fd)->disturbances = 2 * count;
	find(fd)->interruptions = count;
}

void double_refuse_params(int fd)
{
	find(fd)->refuse_params = true;
}

size_t double_ticket(const void **data)
{
	*data = find(CLIENT_FD)->ticket;
	return find(CLIENT_FD)->ticket_len;
}

void double_set_ticket(const void *data, size_t len)
{
	memcpy(find(CLIENT_FD)->ticket, data, len);
	find(CLIENT_FD)->ticket_len = len;
}

const struct quic_crypto_secret *double_secret(int fd, int level, bool send)
{
	return &find(fd)->secrets[level][send];
}

bool double_has_secret(int fd, int level, bool send)
{
	return find(fd)->has_secret[level][send];
}

const char *double_secrets(int fd)
{
	return find(fd)->order;
}

/* What a socket announces: different bytes for each role. */
static void make_params(const struct double_socket *sock, uint8_t *data)
{
	memset(data, sock->server ? 0x5e : 0xc1, PARAMS_SIZE);
}

bool double_got_peer_params(int fd)
{
	struct double_socket *sock = find(fd);
	uint8_t expected[PARAMS_SIZE];

	make_params(peer_of(sock), expected);
	return sock->got_params && sock->peer_params_len == PARAMS_SIZE &&
	       !memcmp(sock->peer_params, expected, PARAMS_SIZE);
}

uint32_t double_close_code(int fd)
{
	return find(fd)->close.errcode;
}

static int fail(int error)
{
	errno = error;
	return -1;
}

static int get_bytes(void *value, socklen_t *len, const void *data, size_t size)
{
	if (*len < size)
		return fail(EINVAL);
	memcpy(value, data, size);
	*len = size;
	return 0;
}

static int get_option(struct double_socket *sock, int option, void *value, socklen_t *len)
{
	uint8_t data[TICKET_KEY_SIZE + PARAMS_SIZE];

	switch (option) {
	case QUIC_SOCKOPT_TOKEN:
		return sock->server ? fail(EINVAL) : get_bytes(value, len, data, 0);
	case QUIC_SOCKOPT_TRANSPORT_PARAM_EXT:
		make_params(sock, data);
		return get_bytes(value, len, data, PARAMS_SIZE);
	case QUIC_SOCKOPT_SESSION_TICKET:
		if (!sock->server)
			return get_bytes(value, len, sock->ticket, sock->ticket_len);
		memset(data, 0x4b, TICKET_KEY_SIZE);
		return get_bytes(value, len, data, TICKET_KEY_SIZE);
	case QUIC_SOCKOPT_CONNECTION_CLOSE:
		return get_bytes(value, len, &sock->close, sizeof(sock->close));
	default:
		return fail(ENOPROTOOPT);
	}
}

static int set_secret(struct double_socket *sock, const struct quic_crypto_secret *secret,
		      socklen_t len)
{
	if (len != sizeof(*secret) || secret->level >= QUIC_CRYPTO_MAX ||
	    secret->level == QUIC_CRYPTO_INITIAL || sock->has_secret[secret->level][!!secret->send])
		return fail(EINVAL);
	sock->secrets[secret->level][!!secret->send] = *secret;
	sock->has_secret[secret->level][!!secret->send] = true;
	*strchr(sock->order, '\0') = "AIHE"[secret->level];
	*strchr(sock->order, '\0') = secret->send ? '>' : '<';
	/* S5.3: the peer's close has waited for this one. */
	return sock->closed && secret->level == QUIC_CRYPTO_APP && !secret->send ? fail(EPIPE) : 0;
}

static int set_option(struct double_socket *sock, int option, const void *value, socklen_t len)
{
	switch (option) {
	case QUIC_SOCKOPT_TRANSPORT_PARAM_EXT:
		if (sock->refuse_params || len > sizeof(sock->peer_params))
			return fail(EINVAL);
		memcpy(sock->peer_params, value, len);
		sock->peer_params_len = len;
		sock->got_params = true;
		return 0;
	case QUIC_SOCKOPT_CRYPTO_SECRET:
		return set_secret(sock, value, len);
	case QUIC_SOCKOPT_CONNECTION_CLOSE:
		if (len != sizeof(sock->close))
			return fail(EINVAL);
		memcpy(&sock->close, value, len);
		return 0;
	default:
		return fail(ENOPROTOOPT);
	}
}

/* Handshake data may travel at a level whose key the direction has. */
static bool has_key(const struct double_socket *sock, uint8_t level, bool send)
{
	return level == QUIC_CRYPTO_INITIAL || sock->has_secret[level][send];
}

static void deliver(struct double_socket *sock, uint8_t level, const struct iovec *iov)
{
	struct message *message, **end = &sock->queue;

	/* The kernel of a client collects tickets and does not queue them. */
	if (level == QUIC_CRYPTO_APP) {
		memcpy(sock->ticket + sock->ticket_len, iov->iov_base, iov->iov_len);
		sock->ticket_len += iov->iov_len;
		return;
	}
	message = malloc(sizeof(*message) + iov->iov_len);
	message->next = NULL;
	message->level = level;
	message->len = iov->iov_len;
	message->offset = 0;
	memcpy(message->data, iov->iov_base, iov->iov_len);
	while (*end)
		end = &(*end)->next;
	*end = message;
}

/* Returns whether the call fails for no fault of its own. */
static bool disturbed(struct double_socket *sock)
{
	if (!sock->disturbances)
		return false;
	sock->disturbances--;
	errno = sock->interruptions ? EINTR : EAGAIN;
	if (sock->interruptions)
		sock->interruptions--;
	return true;
}

static ssize_t send_message(struct double_socket *sock, const struct msghdr *msg)
{
	const struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	uint8_t level;

	if (sock->closed)
		return fail(EPIPE);
	if (!cmsg || cmsg->cmsg_level != SOL_QUIC || cmsg->cmsg_type != QUIC_HANDSHAKE_INFO)
		return fail(EINVAL);
	level = ((const struct quic_handshake_info *)CMSG_DATA(cmsg))->crypto_level;
	if (level >= QUIC_CRYPTO_EARLY || !has_key(sock, level, true))
		return fail(EINVAL);
	if (!msg->msg_iov->iov_len)
		return fail(EMSGSIZE);
	deliver(peer_of(sock), level, msg->msg_iov);
	return msg->msg_iov->iov_len;
}

static struct message *receivable(const struct double_socket *sock)
{
	return sock->queue && has_key(sock, sock->queue->level, false) ? sock->queue : NULL;
}

static ssize_t receive_message(struct double_socket *sock, struct msghdr *msg)
{
	struct message *message = receivable(sock);
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	size_t len;

	if (!message)
		return fail(sock->closed ? ENOTCONN : EAGAIN);
	len = message->len - message->offset;
	if (len > msg->msg_iov->iov_len)
		len = msg->msg_iov->iov_len;
	if (sock->chunk && len > sock->chunk)
		len = sock->chunk;
	memcpy(msg->msg_iov->iov_base, message->data + message->offset, len);
	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = QUIC_HANDSHAKE_INFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(struct quic_handshake_info));
	*CMSG_DATA(cmsg) = message->level;
	msg->msg_controllen = CMSG_SPACE(sizeof(struct quic_handshake_info));
	msg->msg_flags = 0;

	message->offset += len;
	if (message->offset == message->len) {
		msg->msg_flags = MSG_EOR;
		sock->queue = message->next;
		free(message);
	}
	return len;
}

static short readiness(const struct double_socket *sock)
{
	return (receivable(sock) ? POLLIN : 0) | (sock->closed ? POLLIN | POLLOUT | POLLHUP : 0);
}

int __real_getsockopt(int fd, int level, int option, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
	struct double_socket *sock = find(fd);
	int ret;

	if (!sock)
		return __real_getsockopt(fd, level, option, value, len);
	pthread_mutex_lock(&pair_of(fd)->lock);
	ret = level == SOL_QUIC ? get_option(sock, option, value, len) : fail(ENOPROTOOPT);
	pthread_mutex_unlock(&pair_of(fd)->lock);
	return ret;
}

int __real_setsockopt(int fd, int level, int option, const void *value, socklen_t len);
int __wrap_setsockopt(int fd, int level, int option, const void *value, socklen_t len);
int __wrap_setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	struct double_socket *sock = find(fd);
	int ret;

	if (!sock)
		return __real_setsockopt(fd, level, option, value, len);
	pthread_mutex_lock(&pair_of(fd)->lock);
	ret = level == SOL_QUIC ? set_option(sock, option, value, len) : fail(ENOPROTOOPT);
	pthread_mutex_unlock(&pair_of(fd)->lock);
	return ret;
}

ssize_t __real_sendmsg(int fd, const struct msghdr *msg, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *msg, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	struct double_socket *sock = find(fd);
	ssize_t ret;

	if (!sock)
		return __real_sendmsg(fd, msg, flags);
	pthread_mutex_lock(&pair_of(fd)->lock);
	ret = disturbed(sock) ? -1 : send_message(sock, msg);
	pthread_cond_broadcast(&pair_of(fd)->changed);
	pthread_mutex_unlock(&pair_of(fd)->lock);
	return ret;
}

ssize_t __real_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct double_socket *sock = find(fd);
	ssize_t ret;

	if (!sock)
		return __real_recvmsg(fd, msg, flags);
	pthread_mutex_lock(&pair_of(fd)->lock);
	ret = disturbed(sock) ? -1 : receive_message(sock, msg);
	pthread_mutex_unlock(&pair_of(fd)->lock);
	return ret;
}

int __real_poll(struct pollfd *pfd, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *pfd, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *pfd, nfds_t count, int timeout)
{
	struct double_socket *sock = find(pfd->fd);
	struct double_pair *pair = pair_of(pfd->fd);
	struct timespec end;
	int error = 0;

	if (!sock)
		return __real_poll(pfd, count, timeout);
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += timeout / 1000;
	end.tv_nsec += timeout % 1000 * 1000000;
	pthread_mutex_lock(&pair->lock);
	while (!error) {
		pfd->revents = readiness(sock) & (pfd->events | POLLHUP);
		if (pfd->revents)
			break;
		error = pthread_cond_timedwait(&pair->changed, &pair->lock, &end);
	}
	pthread_mutex_unlock(&pair->lock);
	return pfd->revents ? 1 : 0;
}
