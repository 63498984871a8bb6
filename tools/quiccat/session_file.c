// SPDX-License-Identifier: MIT
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session_file.h"

#define FIRST_LINE "quiccat-session 1"
#define MOST_DATA  16384 /* bytes of one value; tickets may carry certificates */
#define MOST_TOKEN 128
#define NO_NAME	   "-"

struct bytes {
	unsigned char data[MOST_DATA];
	size_t len;
};

struct contents {
	char *alpn;
	char *server;
	struct bytes params;
	struct bytes token;
	struct bytes session;
};

/* ---- reading ---- */

static bool from_hex(struct bytes *bytes, const char *text)
{
	gnutls_datum_t hex = { .data = (unsigned char *)text, .size = strlen(text) };

	bytes->len = sizeof(bytes->data);
	return gnutls_hex_decode(&hex, bytes->data, &bytes->len) == 0;
}

static bool read_line(struct contents *contents, char *line)
{
	char *value = strchr(line, ' ');

	if (!value)
		return false;
	*value++ = '\0';
	if (!strcmp(line, "alpn"))
		return !contents->alpn && (contents->alpn = strdup(value));
	if (!strcmp(line, "server"))
		return !contents->server && (contents->server = strdup(value));
	if (!strcmp(line, "params"))
		return from_hex(&contents->params, value);
	if (!strcmp(line, "token"))
		return from_hex(&contents->token, value);
	if (!strcmp(line, "session"))
		return from_hex(&contents->session, value);
	return false;
}

static void read_contents(struct contents *contents, FILE *stream, const char *file)
{
	unsigned int number = 0;
	char *line = NULL;
	size_t size = 0;
	bool good;

	while (getline(&line, &size, stream) > 0) {
		line[strcspn(line, "\n")] = '\0';
		good = number++ ? read_line(contents, line) : !strcmp(line, FIRST_LINE);
		if (!good)
			errx(1, "session file %s, line %u: quiccat has not written this", file,
			     number);
	}
	if (ferror(stream))
		err(1, "cannot read session file %s", file);
	free(line);
	if (!contents->alpn || !contents->server || !contents->session.len ||
	    contents->params.len != sizeof(struct quic_transport_param))
		errx(1, "session file %s is incomplete", file);
}

/* A certificate is verified when a session begins, not when it is resumed: it has to be the same name. */
static const char *verified_name(const struct tls_options *options)
{
	return options->psk || options->insecure ? NO_NAME : options->name;
}

static bool fits(const struct contents *contents, const struct tls_options *options)
{
	return !strcmp(contents->alpn, options->alpn) &&
	       !strcmp(contents->server, verified_name(options));
}

static bool apply(const struct contents *contents, int fd, gnutls_session_t session)
{
	struct quic_transport_param params;

	memcpy(&params, contents->params.data, sizeof(params));
	params.remote = 1;
	if (quic_session_set_data(session, contents->session.data, contents->session.len))
		return false;
	/* S5.29 */
	if (contents->token.len)
		setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TOKEN, contents->token.data,
			   contents->token.len);
	/* S5.27: what the server permitted then limits 0-RTT. */
	return !setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM, &params, sizeof(params));
}

bool session_file_load(const char *file, const struct tls_options *options, int fd,
		       gnutls_session_t session)
{
	struct contents *contents;
	bool resumes = false;
	FILE *stream;

	stream = fopen(file, "re");
	if (!stream && errno == ENOENT)
		return false;
	if (!stream)
		err(1, "cannot open session file %s", file);
	contents = calloc(1, sizeof(*contents));
	if (!contents)
		err(1, "session file %s", file);
	read_contents(contents, stream, file);
	fclose(stream);
	if (!fits(contents, options))
		warnx("session file %s is for another server or protocol: not used", file);
	else if (!apply(contents, fd, session))
		errx(1, "session file %s cannot be used", file);
	else
		resumes = true;
	gnutls_memset(&contents->session, 0, sizeof(contents->session));
	free(contents->alpn);
	free(contents->server);
	free(contents);
	return resumes;
}

/* ---- writing ---- */

static void print_hex(FILE *stream, const char *word, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	size_t i;

	fprintf(stream, "%s ", word);
	for (i = 0; i < len; i++)
		fprintf(stream, "%02x", bytes[i]);
	fputc('\n', stream);
}

static void write_contents(FILE *stream, const struct tls_options *options, int fd,
			   const struct bytes *session)
{
	struct quic_transport_param params = { .remote = 1 };
	unsigned char token[MOST_TOKEN];
	socklen_t len = sizeof(params);

	fprintf(stream, "%s\nalpn %s\nserver %s\n", FIRST_LINE, options->alpn,
		verified_name(options));
	if (!getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM, &params, &len))
		print_hex(stream, "params", &params, sizeof(params));
	len = sizeof(token);
	if (!getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TOKEN, token, &len) && len)
		print_hex(stream, "token", token, len);
	print_hex(stream, "session", session->data, session->len);
}

/* Write a whole file. */
static bool write_file(int descriptor, const struct tls_options *options, int fd,
		       const struct bytes *session)
{
	FILE *stream = fdopen(descriptor, "w");
	bool failed;

	if (!stream)
		return false;
	write_contents(stream, options, fd, session);
	failed = ferror(stream);
	return !fclose(stream) && !failed;
}

/* A new file takes the old one's place, so that there is always a whole one; others may not read it. */
static bool replace(const char *file, const struct tls_options *options, int fd,
		    const struct bytes *session)
{
	char *name;
	int descriptor;
	bool done;

	if (asprintf(&name, "%s.XXXXXX", file) < 0)
		err(1, "session file %s", file);
	descriptor = mkstemp(name);
	done = descriptor >= 0 && write_file(descriptor, options, fd, session) &&
	       !rename(name, file);
	if (!done) {
		warn("cannot write session file %s", file);
		if (descriptor >= 0)
			unlink(name);
	}
	free(name);
	return done;
}

bool session_file_store(const char *file, const struct tls_options *options, int fd,
			gnutls_session_t session)
{
	static struct bytes data;
	bool stored;
	int ret;

	data.len = sizeof(data.data);
	ret = quic_session_get_data(session, data.data, &data.len);
	if (ret) {
		warnx("cannot get the session's data: %s", gnutls_strerror(ret));
		return false;
	}
	/* No ticket: the server does not resume sessions. */
	if (!data.len)
		return true;
	stored = replace(file, options, fd, &data);
	gnutls_memset(&data, 0, sizeof(data));
	return stored;
}
