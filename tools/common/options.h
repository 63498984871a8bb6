/* SPDX-License-Identifier: MIT */
/* The options that both tools have. */
#ifndef _TOOLS_OPTIONS_H
#define _TOOLS_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>

#include "endpoint.h"
#include "tls.h"

/**
 * struct common_options - what they say
 * @endpoint: where to connect to or to listen
 * @tls: credentials
 * @server: this is the server's end
 * @verbose: say on standard error what happens
 */
struct common_options {
	struct endpoint endpoint;
	struct tls_options tls;
	bool server;
	bool verbose;
};

/* Values that getopt_long() returns; a tool's own begin behind them. */
enum {
	OPTION_ALPN = 256,
	OPTION_CERT,
	OPTION_KEY,
	OPTION_CA,
	OPTION_VERIFY,
	OPTION_INSECURE,
	OPTION_PSK,
	OPTION_CIPHER,
	OPTION_CONGESTION,
	OPTION_VERSION,
	OPTION_HELP,
	OPTION_OWN,
};

#define COMMON_SHORT_OPTIONS "46v"
/* clang-format off */
#define COMMON_LONG_OPTIONS \
	{ "alpn", required_argument, NULL, OPTION_ALPN }, \
	{ "cert", required_argument, NULL, OPTION_CERT }, \
	{ "key", required_argument, NULL, OPTION_KEY }, \
	{ "ca", required_argument, NULL, OPTION_CA }, \
	{ "verify", required_argument, NULL, OPTION_VERIFY }, \
	{ "insecure", no_argument, NULL, OPTION_INSECURE }, \
	{ "psk", required_argument, NULL, OPTION_PSK }, \
	{ "cipher", required_argument, NULL, OPTION_CIPHER }, \
	{ "congestion", required_argument, NULL, OPTION_CONGESTION }, \
	{ "verbose", no_argument, NULL, 'v' }, \
	{ "version", no_argument, NULL, OPTION_VERSION }, \
	{ "help", no_argument, NULL, OPTION_HELP }
/* clang-format on */

/* What --help prints of them. */
extern const char common_help[];

/*
 * Take an option that getopt_long() returned, of which @usage is what --help prints first. Others
 * than these end the program with status 2.
 */
void common_option(struct common_options *options, int option, const char *usage);

/* Ends the program with a message, a hint and status 2. */
void __attribute__((noreturn, format(printf, 1, 2))) usage_error(const char *format, ...);

/* The last arguments, "[HOST] PORT" of a server or "HOST PORT" of a client, and what goes together. */
void common_finish(struct common_options *options, int count, char **arguments);

#endif /* _TOOLS_OPTIONS_H */
