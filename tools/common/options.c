// SPDX-License-Identifier: MIT
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "number.h"
#include "options.h"

/* The Makefile gives it the version of libquic, with which the tools are released. */
#ifndef TOOLS_VERSION
#error "TOOLS_VERSION is not defined"
#endif

const char common_help[] =
	"TLS:\n"
	"  --alpn NAMES       protocols, comma-separated\n"
	"  --cert FILE        this end's certificate chain, PEM\n"
	"  --key FILE         its private key, PEM\n"
	"  --ca FILE          authorities to trust, PEM; a server then asks clients for certificates\n"
	"  --verify NAME      client: the server's certificate has to be for NAME, not for HOST\n"
	"  --insecure         client: do not verify the server's certificate\n"
	"  --psk FILE         pre-shared keys, lines of identity:hexkey, instead of certificates\n"
	"  --cipher NAME      AES-128-GCM, AES-256-GCM, CHACHA20-POLY1305 or AES-128-CCM alone\n"
	"Network:\n"
	"  -4, -6             IPv4 or IPv6 only\n"
	"  --congestion NAME  congestion control: reno or cubic\n"
	"Other:\n"
	"  -v, --verbose      say on standard error what happens\n"
	"  --version, --help\n";

void usage_error(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nTry '%s --help'.\n", program_invocation_short_name);
	exit(EXIT_USAGE);
}

static uint8_t congestion_parse(const char *name)
{
	if (!strcmp(name, "reno"))
		return QUIC_CONG_ALG_RENO;
	if (strcmp(name, "cubic"))
		usage_error("congestion control '%s' is neither reno nor cubic", name);
	return QUIC_CONG_ALG_CUBIC;
}

static void __attribute__((noreturn)) print_and_exit(const char *first, const char *second)
{
	printf("%s%s", first, second);
	exit(fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
}

void common_option(struct common_options *options, int option, const char *usage)
{
	struct tls_options *tls = &options->tls;

	switch (option) {
	case '4':
		options->endpoint.family = AF_INET;
		break;
	case '6':
		options->endpoint.family = AF_INET6;
		break;
	case 'v':
		options->verbose = true;
		break;
	case OPTION_ALPN:
		tls->alpn = optarg;
		break;
	case OPTION_CERT:
		tls->cert = optarg;
		break;
	case OPTION_KEY:
		tls->key = optarg;
		break;
	case OPTION_CA:
		tls->ca = optarg;
		break;
	case OPTION_VERIFY:
		tls->name = optarg;
		break;
	case OPTION_INSECURE:
		tls->insecure = true;
		break;
	case OPTION_PSK:
		tls->psk = optarg;
		break;
	case OPTION_CIPHER:
		tls->cipher = optarg;
		break;
	case OPTION_CONGESTION:
		options->endpoint.config.congestion_control_algo = congestion_parse(optarg);
		break;
	case OPTION_VERSION:
		print_and_exit(program_invocation_short_name, " (kquic) " TOOLS_VERSION "\n");
	case OPTION_HELP:
		print_and_exit(usage, common_help);
	default:
		/* getopt_long() has said what is wrong. */
		fprintf(stderr, "Try '%s --help'.\n", program_invocation_short_name);
		exit(EXIT_USAGE);
	}
}

/* The next descriptor that is opened would take the place of one that is closed. */
static void check_descriptors(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			errx(EXIT_FAILURE, "standard %s is closed",
			     fd == STDIN_FILENO	 ? "input" :
			     fd == STDOUT_FILENO ? "output" :
						   "error");
	}
}

static void check_tls(const struct tls_options *tls, bool server)
{
	if (!tls->cert != !tls->key)
		usage_error("--cert and --key go together");
	if (tls->psk && (tls->cert || tls->ca || tls->insecure))
		usage_error("--psk takes the place of certificates");
	if (tls->insecure && (tls->ca || tls->name))
		usage_error("--insecure takes the place of --ca and --verify");
	if (server && (tls->insecure || tls->name))
		usage_error("--insecure and --verify are for clients");
	if (server && !tls->cert && !tls->psk)
		usage_error("a server needs --cert and --key, or --psk");
}

void common_finish(struct common_options *options, int count, char **arguments)
{
	struct endpoint *endpoint = &options->endpoint;

	check_descriptors();
	if (options->server && count == 1)
		endpoint->host = NULL;
	else if (count == 2)
		endpoint->host = *arguments++;
	else
		usage_error(options->server ? "say where to listen: [HOST] PORT" :
					      "say where to connect to: HOST PORT");
	endpoint->port = number_parse("port", *arguments, options->server ? 0 : 1, UINT16_MAX);
	check_tls(&options->tls, options->server);
	if (!options->server && !options->tls.name)
		options->tls.name = endpoint->host;
}
