// SPDX-License-Identifier: GPL-2.0-only
/*
 * sim: all scenarios, or one, or one run.
 *
 *	sim [--jobs 2] [--scale PERCENT] [--first SEED]	all of them
 *	sim --scenario NAME				all seeds of one
 *	sim --scenario NAME --seed N [--trace]		exactly one run
 *	sim --list
 */
#include <getopt.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "trace.h"
#include "world.h"

#define JOBS_MAX	16
#define RUN_SECONDS	60	/* of real time: one run that takes longer hangs */
#define FAILURES_MAX	20

/* One run of the list. */
struct run {
	const struct scenario *scenario;
	u64 seed;
};

static struct run *runs;
static unsigned int run_count;
static const char *program;
static struct scenario_list *lists;

/* Shared with the workers: which run each is at. */
static volatile unsigned int *positions;

void scenarios_register(struct scenario_list *list)
{
	list->next = lists;
	lists = list;
}

static void on_alarm(int sig __maybe_unused)
{
	static const char text[] = "not ok - a run takes too long\n";

	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		_exit(2);
	_exit(1);
}

static void run_one(const struct run *run)
{
	sim_describe(run->scenario->name, run->seed);
	alarm(RUN_SECONDS);
	world_run(run->scenario, run->seed);
	alarm(0);
}

/* Every @step-th run from @from on. */
static void work(unsigned int worker, unsigned int from, unsigned int step)
{
	unsigned int i;

	for (i = from; i < run_count; i += step) {
		positions[worker] = i;
		run_one(&runs[i]);
	}
	_exit(0);
}

static pid_t start(unsigned int worker, unsigned int from, unsigned int step)
{
	pid_t pid;

	fflush(stdout);
	positions[worker] = from;
	pid = fork();
	if (pid < 0)
		abort();
	if (!pid)
		work(worker, from, step);
	return pid;
}

static void print_failure(const struct run *run)
{
	printf("# failed: seed %llu scenario %s; replay: %s --scenario '%s' --seed %llu --trace\n",
	       (unsigned long long)run->seed, run->scenario->name, program, run->scenario->name,
	       (unsigned long long)run->seed);
}

static unsigned int run_all(unsigned int jobs)
{
	unsigned int worker, failed = 0, live = 0, next;
	pid_t pids[JOBS_MAX];
	int status;
	pid_t pid;

	for (worker = 0; worker < jobs; worker++) {
		pids[worker] = start(worker, worker, jobs);
		live++;
	}
	while (live) {
		pid = wait(&status);
		if (pid < 0)
			abort();
		for (worker = 0; worker < jobs && pids[worker] != pid; worker++)
			;
		if (worker == jobs)
			continue;
		live--;
		if (WIFEXITED(status) && !WEXITSTATUS(status))
			continue;
		failed++;
		print_failure(&runs[positions[worker]]);
		next = positions[worker] + jobs;
		if (next < run_count && failed < FAILURES_MAX) {
			pids[worker] = start(worker, next, jobs);
			live++;
		}
	}
	return failed;
}

/* Return: how many scenarios the list holds now. */
static unsigned int collect(const char *name, u64 first, unsigned int scale)
{
	const struct scenario_list *list;
	const struct scenario *s;
	unsigned int scenarios = 0, count, i;

	for (list = lists; list; list = list->next) {
		for (s = list->table; s < list->table + list->count; s++) {
			if (name && strcmp(s->name, name))
				continue;
			scenarios++;
			count = max((scale ? s->seeds * scale / 100 : 1), 1U);
			runs = realloc(runs, (run_count + count) * sizeof(*runs));
			if (!runs)
				abort();
			for (i = 0; i < count; i++)
				runs[run_count++] = (struct run){ s, first + i };
		}
	}
	return scenarios;
}

/* Long scenarios are spread over the list, so that the workers end together. */
static void shuffle(void)
{
	struct random random = { 1 };
	unsigned int i, j;

	for (i = run_count; i > 1; i--) {
		j = random_below(&random, i);
		swap(runs[i - 1], runs[j]);
	}
}

static void list(void)
{
	const struct scenario_list *list;
	const struct scenario *s;

	for (list = lists; list; list = list->next)
		for (s = list->table; s < list->table + list->count; s++)
			printf("%s (%u seeds)\n", s->name, s->seeds);
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "scenario", required_argument, NULL, 's' },
		{ "seed", required_argument, NULL, 'n' },
		{ "trace", no_argument, NULL, 't' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "scale", required_argument, NULL, 'c' },
		{ "first", required_argument, NULL, 'f' },
		{ "list", no_argument, NULL, 'l' },
		{},
	};
	unsigned int jobs = 2, scale = 100, scenarios, failed;
	const char *name = NULL;
	u64 seed = U64_MAX, first = 1;
	double took;
	int c;

	program = argv[0];
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's':
			name = optarg;
			break;
		case 'n':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 't':
			trace_on = true;
			break;
		case 'j':
			jobs = clamp(atoi(optarg), 1, JOBS_MAX);
			break;
		case 'c':
			scale = atoi(optarg);
			break;
		case 'f':
			first = strtoull(optarg, NULL, 0);
			break;
		case 'l':
			list();
			return 0;
		default:
			return 2;
		}
	}

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGALRM, on_alarm);
	if (seed != U64_MAX) {
		if (!name || !collect(name, seed, 0)) {
			fprintf(stderr, "no such scenario\n");
			return 2;
		}
		run_one(&runs[0]);
		world_print();
		printf("ok - seed %llu scenario %s\n", (unsigned long long)seed, name);
		free(runs);
		return 0;
	}

	scenarios = collect(name, first, scale);
	if (!scenarios) {
		fprintf(stderr, "no such scenario\n");
		return 2;
	}
	shuffle();
	positions = mmap(NULL, JOBS_MAX * sizeof(*positions), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (positions == MAP_FAILED)
		abort();
	took = seconds();
	failed = run_all(min(jobs, run_count));
	took = seconds() - took;
	printf("# %u scenarios, %u seeds in %.1f s: %.0f seeds per second\n", scenarios, run_count,
	       took, run_count / max(took, 0.001));
	/* Given up after too many failures, the rest counts as failed too: it was not run. */
	printf("# suite sim: %u passed, %u failed\n",
	       failed < FAILURES_MAX ? run_count - failed : 0, failed);
	free(runs);
	return failed ? 1 : 0;
}
