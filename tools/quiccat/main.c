// SPDX-License-Identifier: MIT
/*
 * quiccat: standard input and output over a QUIC stream. quiccat(1) is its manual.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/socket.h>

#include "handshake.h"
#include "number.h"
#include "options.h"
#include "relay.h"
#include "session_file.h"

#define KEEPALIVE_MICROSECONDS 10000000 /* a third of the idle timeout */
#define LINGER_MILLISECONDS    3000	/* how long a server waits for the client's close */
#define STEP_MILLISECONDS      100	/* no poll() says when a handshake may send (S2.41) */

enum {
	OPTION_EARLY_DATA = OPTION_OWN,
	OPTION_SESSION,
};

struct options {
	struct common_options common;
	bool keep_listening;
	bool unidirectional;
	const char *session_file;
	uint64_t timeout; /* of the handshake, milliseconds; 0: the idle timeout */
};

static const char usage[] =
	"usage: quiccat [OPTION]... HOST PORT\n"
	"       quiccat -l [OPTION]... [HOST] PORT\n"
	"Copy standard input to a QUIC stream, and the stream to standard output.\n"
	"  -l, --listen           wait for a client; PORT 0 chooses a port, which -v tells\n"
	"  -k, --keep-listening   then for another one, until killed\n"
	"  -u, --unidirectional   client: only send\n"
	"  -w, --timeout SECONDS  how long the handshake may take\n"
	"  --session FILE         client: resume the session in FILE, if there is one; keep the new one there\n"
	"  --early-data           send the first input in 0-RTT; server: accept it\n";

static const struct option long_options[] = {
	COMMON_LONG_OPTIONS,
	{ "listen", no_argument, NULL, 'l' },
	{ "keep-listening", no_argument, NULL, 'k' },
	{ "unidirectional", no_argument, NULL, 'u' },
	{ "timeout", required_argument, NULL, 'w' },
	{ "session", required_argument, NULL, OPTION_SESSION },
	{ "early-data", no_argument, NULL, OPTION_EARLY_DATA },
	{ 0 },
};

static void check_options(const struct options *options)
{
	if (options->common.server && (options->session_file || options->unidirectional))
		usage_error("--session and --unidirectional are for clients");
	if (!options->common.server && options->keep_listening)
		usage_error("--keep-listening is for servers");
	if (!options->common.server && options->common.tls.early_data && !options->session_file)
		usage_error("--early-data needs --session");
}

static void parse_options(struct options *options, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, COMMON_SHORT_OPTIONS "lkuw:", long_options,
				     NULL)) != -1) {
		switch (option) {
		case 'l':
			options->common.server = true;
			break;
		case 'k':
			options->keep_listening = true;
			break;
		case 'u':
			options->unidirectional = true;
			break;
		case 'w':
			options->timeout = number_parse_seconds("timeout", optarg);
			break;
		case OPTION_SESSION:
			options->session_file = optarg;
			break;
		case OPTION_EARLY_DATA:
			options->common.tls.early_data = true;
			break;
		default:
			common_option(&options->common, option, usage);
		}
	}
	check_options(options);
	common_finish(&options->common, argc - optind, argv + optind);
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Wait for what the handshake wants, until the deadline if there is one. Returns false at the deadline. */
static bool wait_for_handshake(int fd, enum handshake_state state, int64_t deadline)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int64_t left = deadline ? deadline - milliseconds() : 1000;

	if (left <= 0)
		return false;
	if (state == HANDSHAKE_WANTS_OUTPUT && left > STEP_MILLISECONDS)
		left = STEP_MILLISECONDS;
	poll(&pfd, 1, left);
	return true;
}

static bool shake_hands(const struct options *options, struct relay *relay,
			gnutls_session_t session)
{
	struct handshake handshake = {
		.session = session,
		.fd = relay->fd,
		.event = relay_event,
		.event_arg = relay,
	};
	int64_t deadline = options->timeout ? milliseconds() + options->timeout : 0;
	char peer[ENDPOINT_NAME_SIZE];
	enum handshake_state state;

	endpoint_peer_name(relay->fd, peer);
	handshake_begin(&handshake);
	state = handshake_advance(&handshake);
	while (state == HANDSHAKE_WANTS_INPUT || state == HANDSHAKE_WANTS_OUTPUT) {
		if (!wait_for_handshake(relay->fd, state, deadline)) {
			warnx("handshake with %s failed: no answer within %g seconds", peer,
			      options->timeout / 1000.0);
			handshake_end(&handshake);
			return false;
		}
		state = handshake_advance(&handshake);
	}
	if (state == HANDSHAKE_FAILED)
		handshake_complain(&handshake, peer);
	else if (options->common.verbose)
		warnx("connected to %s, %s%s%s", peer,
		      gnutls_cipher_get_name(gnutls_cipher_get(session)),
		      gnutls_session_is_resumed(session) ? ", resumed" : "",
		      gnutls_session_get_flags(session) & GNUTLS_SFLAGS_EARLY_DATA ?
			      ", early data accepted" :
			      "");
	handshake_end(&handshake);
	return state == HANDSHAKE_DONE;
}

static bool run_client(const struct options *options, const struct tls *tls)
{
	const struct tls_options *tls_options = &options->common.tls;
	static struct relay relay;
	gnutls_session_t session;
	bool done;
	int fd;

	fd = endpoint_connect(&options->common.endpoint);
	session = tls_session(tls, fd);
	if (!session)
		return false;
	relay_enable_events(fd);
	relay_init_client(&relay, fd, options->unidirectional);
	if (options->session_file &&
	    session_file_load(options->session_file, tls_options, fd, session) &&
	    tls_options->early_data)
		relay_queue_early_data(&relay);
	done = !relay.failed && shake_hands(options, &relay, session);
	if (done) {
		relay_run(&relay);
		done = !relay.failed;
		if (options->session_file &&
		    !session_file_store(options->session_file, tls_options, fd, session))
			done = false;
	}
	gnutls_deinit(session);
	close(fd);
	return done;
}

/*
 * Everything was received and acknowledged. The client closes when it knows that too; closing first could
 * make it doubt (S2.38).
 */
static void linger(int fd)
{
	int64_t deadline = milliseconds() + LINGER_MILLISECONDS, left;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char byte;

	while ((left = deadline - milliseconds()) > 0) {
		if (recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) < 0 && errno != EAGAIN)
			return;
		poll(&pfd, 1, left);
	}
}

static bool serve(const struct options *options, const struct tls *tls, int fd)
{
	static struct relay relay;
	gnutls_session_t session;
	bool done = false;

	relay_init_server(&relay, fd);
	relay_enable_events(fd);
	session = tls_session(tls, fd);
	if (session && shake_hands(options, &relay, session)) {
		relay_run(&relay);
		done = !relay.failed;
		if (done)
			linger(fd);
	}
	if (session)
		gnutls_deinit(session);
	close(fd);
	return done;
}

static int accept_client(int listener)
{
	struct pollfd pfd = { .fd = listener, .events = POLLIN };
	int fd;

	for (;;) {
		fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0)
			return fd;
		if (errno != EAGAIN && errno != EINTR)
			warn("cannot accept a connection");
		poll(&pfd, 1, -1);
	}
}

static bool run_server(const struct options *options, const struct tls *tls)
{
	char name[ENDPOINT_NAME_SIZE];
	bool done;
	int listener;

	listener = endpoint_listen(&options->common.endpoint, options->keep_listening ? 64 : 1);
	if (options->common.verbose) {
		endpoint_local_name(listener, name);
		warnx("listening on %s", name);
	}
	do {
		int fd = accept_client(listener);

		if (!options->keep_listening)
			close(listener);
		done = serve(options, tls, fd);
	} while (options->keep_listening);
	return done;
}

int main(int argc, char **argv)
{
	struct options options = {
		.common.tls.alpn = "quiccat",
		.common.endpoint.config.keepalive_probe_interval = KEEPALIVE_MICROSECONDS,
	};
	struct tls tls;
	bool done;

	parse_options(&options, argc, argv);
	/* A closed output is an error like any other, with a message. */
	signal(SIGPIPE, SIG_IGN);
	tls_load(&tls, &options.common.tls, options.common.server);
	done = options.common.server ? run_server(&options, &tls) : run_client(&options, &tls);
	tls_unload(&tls);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
