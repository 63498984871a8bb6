// SPDX-License-Identifier: MIT
#include <errno.h>
#include <keyutils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key.h"

int key_read(int serial, struct agent_key *key)
{
	char *description, *identity;
	void *secret;
	int size;

	if (keyctl_describe_alloc(serial, &description) < 0)
		return ENOKEY;
	/* type;uid;gid;permissions;description */
	identity = strrchr(description, ';');
	snprintf(key->identity, sizeof(key->identity), "%s", identity ? identity + 1 : "");
	free(description);
	size = keyctl_read_alloc(serial, &secret);
	if (size < 0 || !*key->identity)
		return ENOKEY;
	key->secret.data = secret;
	key->secret.size = size;
	return 0;
}

void key_free(struct agent_key *key)
{
	gnutls_memset(key->secret.data, 0, key->secret.size);
	free(key->secret.data);
}
