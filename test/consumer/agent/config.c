// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"

static void set(struct agent_files *files, const char *option, const char *value)
{
	if (!strcmp(option, "x509.truststore"))
		strcpy(files->trust_store, value);
	else if (!strcmp(option, "x509.certificate"))
		strcpy(files->certificate, value);
	else if (!strcmp(option, "x509.private_key"))
		strcpy(files->private_key, value);
}

int config_read(const char *name, struct agent_config *config)
{
	char line[PATH_MAX + 64], option[32], value[PATH_MAX];
	struct agent_files *section = NULL;
	FILE *file = fopen(name, "re");

	if (!file) {
		fprintf(stderr, "agent: %s: %s\n", name, strerror(errno));
		return -1;
	}
	memset(config, 0, sizeof(*config));
	while (fgets(line, sizeof(line), file)) {
		if (line[0] == '[') {
			section = NULL;
			if (!strncmp(line, "[authenticate.client]", 21))
				section = &config->client;
			else if (!strncmp(line, "[authenticate.server]", 21))
				section = &config->server;
		} else if (section && sscanf(line, " %31[^=# ] = %4095[^\n]", option, value) == 2) {
			set(section, option, value);
		}
	}
	fclose(file);
	return 0;
}
