/* SPDX-License-Identifier: MIT */
/* The agent's configuration: the part of tlshd.conf(5) that says where certificates are. */
#ifndef AGENT_CONFIG_H
#define AGENT_CONFIG_H

#include <limits.h>

/* File names of one side of handshakes; an empty string where there is none. */
struct agent_files {
	char trust_store[PATH_MAX];
	char certificate[PATH_MAX];
	char private_key[PATH_MAX];
};

struct agent_config {
	struct agent_files client;
	struct agent_files server;
};

/* 0, or -1 with a message on stderr. */
int config_read(const char *name, struct agent_config *config);

#endif
