// SPDX-License-Identifier: MIT
/*
 * quicperf: measures QUIC connections; one program for both ends. quicperf(1) is its manual, and describes the
 * JSON that it prints.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "client.h"
#include "number.h"
#include "server.h"
#include "stream.h"

#define DEFAULT_MILLISECONDS 10000
#define MOST_PARALLEL	     10000
#define MOST_STREAMS	     4096

enum {
	OPTION_BYTES = OPTION_OWN,
	OPTION_COUNT,
	OPTION_REQUEST_SIZE,
	OPTION_RESPONSE_SIZE,
};

struct options {
	struct common_options common;
	const char *mode;
	struct plan plan;
	uint64_t bytes;
	uint64_t count;
	bool has_bytes;
	bool has_count;
	bool has_sizes;
};

static const char usage[] =
	"usage: quicperf server [OPTION]... [HOST] PORT\n"
	"       quicperf upload|download|requests|connections [OPTION]... HOST PORT\n"
	"Measure QUIC. A server serves all modes; a client prints JSON.\n"
	"  -t, --time SECONDS      how long (10, if nothing else ends it)\n"
	"  -P, --parallel N        connections at a time (1)\n"
	"  -S, --streams N         streams at a time in each connection (1)\n"
	"  --bytes SIZE            upload, download: so much on each stream, instead of for a time\n"
	"  --count N               requests, connections: so many altogether\n"
	"  --request-size SIZE     requests, connections: bytes of a request (0)\n"
	"  --response-size SIZE    requests, connections: bytes of an answer (0)\n";

static const struct option long_options[] = {
	COMMON_LONG_OPTIONS,
	{ "time", required_argument, NULL, 't' },
	{ "parallel", required_argument, NULL, 'P' },
	{ "streams", required_argument, NULL, 'S' },
	{ "bytes", required_argument, NULL, OPTION_BYTES },
	{ "count", required_argument, NULL, OPTION_COUNT },
	{ "request-size", required_argument, NULL, OPTION_REQUEST_SIZE },
	{ "response-size", required_argument, NULL, OPTION_RESPONSE_SIZE },
	{ 0 },
};

static void take_option(struct options *options, int option)
{
	struct plan *plan = &options->plan;

	switch (option) {
	case 't':
		plan->milliseconds = number_parse_seconds("time", optarg);
		break;
	case 'P':
		plan->parallel = number_parse("number of connections", optarg, 1, MOST_PARALLEL);
		break;
	case 'S':
		plan->streams = number_parse("number of streams", optarg, 1, MOST_STREAMS);
		break;
	case OPTION_BYTES:
		options->bytes = number_parse_bytes("--bytes", optarg);
		options->has_bytes = true;
		break;
	case OPTION_COUNT:
		options->count = number_parse("count", optarg, 1, UINT32_MAX);
		options->has_count = true;
		break;
	case OPTION_REQUEST_SIZE:
		plan->request_size = number_parse_bytes("--request-size", optarg);
		options->has_sizes = true;
		break;
	case OPTION_RESPONSE_SIZE:
		plan->response_size = number_parse_bytes("--response-size", optarg);
		options->has_sizes = true;
		break;
	default:
		common_option(&options->common, option, usage);
	}
}

static enum workload workload_parse(const char *mode)
{
	static const char *const names[] = {
		[UPLOAD] = "upload",
		[DOWNLOAD] = "download",
		[REQUESTS] = "requests",
		[CONNECTIONS] = "connections",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(mode, names[i]))
			return i;
	}
	usage_error("mode '%s' is not server, upload, download, requests or connections", mode);
}

static void plan_bulk(struct options *options)
{
	struct plan *plan = &options->plan;
	uint64_t bytes = options->has_bytes ? options->bytes : BYTES_ENDLESS;

	if (options->has_count || options->has_sizes)
		usage_error("--count and sizes are not for %s", options->mode);
	if (options->has_bytes && plan->milliseconds)
		usage_error("either --bytes or --time");
	plan->count = (uint64_t)plan->parallel * plan->streams;
	plan->request_size = plan->workload == UPLOAD ? bytes : 0;
	plan->response_size = plan->workload == DOWNLOAD ? bytes : 0;
	if (!options->has_bytes && !plan->milliseconds)
		plan->milliseconds = DEFAULT_MILLISECONDS;
}

static void plan_repeated(struct options *options)
{
	struct plan *plan = &options->plan;

	if (options->has_bytes)
		usage_error("--bytes is not for %s", options->mode);
	plan->count = options->has_count ? options->count : UINT64_MAX;
	if (!options->has_count && !plan->milliseconds)
		plan->milliseconds = DEFAULT_MILLISECONDS;
}

static void parse_options(struct options *options, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, COMMON_SHORT_OPTIONS "t:P:S:", long_options,
				     NULL)) != -1)
		take_option(options, option);
	if (optind == argc)
		usage_error("say what to do: server, upload, download, requests or connections");
	options->mode = argv[optind++];
	options->common.server = !strcmp(options->mode, "server");
	if (!options->common.server) {
		options->plan.workload = workload_parse(options->mode);
		if (options->plan.workload == UPLOAD || options->plan.workload == DOWNLOAD)
			plan_bulk(options);
		else
			plan_repeated(options);
	}
	common_finish(&options->common, argc - optind, argv + optind);
}

static double seconds_of(const struct timeval *time)
{
	return time->tv_sec + time->tv_usec / 1e6;
}

static double rate(double work, const struct measurement *measurement)
{
	return measurement->seconds > 0 ? work / measurement->seconds : 0;
}

static json_t *report(const struct options *options, struct measurement *result)
{
	bool cubic = options->common.endpoint.config.congestion_control_algo == QUIC_CONG_ALG_CUBIC;
	const struct plan *plan = &options->plan;
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return json_pack(
		"{s:s, s:I, s:I, s:f, s:I, s:I, s:f, s:f, s:I, s:f, s:o, s:I, s:f, s:o, s:f, s:f, s:s, s:s, s:o}",
		"mode", options->mode, "parallel", (json_int_t)plan->parallel, "streams",
		(json_int_t)plan->streams, "seconds", result->seconds, "bytes_sent",
		(json_int_t)result->bytes_sent, "bytes_received",
		(json_int_t)result->bytes_received, "bits_per_second_sent",
		rate(8.0 * result->bytes_sent, result), "bits_per_second_received",
		rate(8.0 * result->bytes_received, result), "requests",
		(json_int_t)result->exchanges, "requests_per_second",
		rate(result->exchanges, result), "request_microseconds",
		samples_to_json(&result->exchange_times), "connections",
		(json_int_t)result->connections, "connections_per_second",
		plan->workload == CONNECTIONS ? rate(result->connections, result) : 0.0,
		"handshake_microseconds", samples_to_json(&result->handshake_times),
		"cpu_user_seconds", seconds_of(&usage.ru_utime), "cpu_system_seconds",
		seconds_of(&usage.ru_stime), "cipher", result->cipher, "congestion",
		cubic ? "cubic" : "reno", "connection_statistics", json_incref(result->stats));
}

static bool print_report(const struct options *options, struct measurement *result)
{
	json_t *root = report(options, result);
	bool printed;

	if (!root)
		errx(1, "cannot make the report");
	printed = !json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) &&
		  putchar('\n') != EOF && !fflush(stdout);
	if (!printed)
		warn("cannot write standard output");
	json_decref(root);
	return printed;
}

static int measure(const struct options *options, const struct tls *tls)
{
	struct measurement result;
	bool done;

	done = client_run(&options->common, tls, &options->plan, &result) &&
	       print_report(options, &result);
	samples_free(&result.exchange_times);
	samples_free(&result.handshake_times);
	json_decref(result.stats);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* A descriptor for each connection. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	struct options options = {
		.common.tls.alpn = STREAM_ALPN,
		/* Small requests are not to wait for each other, as with TCP_NODELAY. */
		.common.endpoint.config.stream_data_nodelay = 1,
		.plan = { .parallel = 1, .streams = 1 },
	};
	struct tls tls;
	int status;

	parse_options(&options, argc, argv);
	signal(SIGPIPE, SIG_IGN);
	raise_descriptor_limit();
	tls_load(&tls, &options.common.tls, options.common.server);
	status =
		options.common.server ? server_run(&options.common, &tls) : measure(&options, &tls);
	tls_unload(&tls);
	return status;
}
