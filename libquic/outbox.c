// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "outbox.h"

int quic_outbox_append(struct quic_outbox **outbox, uint8_t level, const void *data, size_t len)
{
	struct quic_outbox *message;

	message = malloc(sizeof(*message) + len);
	if (!message)
		return -ENOMEM;
	message->next = NULL;
	message->level = level;
	message->len = len;
	memcpy(message->data, data, len);

	while (*outbox)
		outbox = &(*outbox)->next;
	*outbox = message;
	return 0;
}

void quic_outbox_pop(struct quic_outbox **outbox)
{
	struct quic_outbox *message = *outbox;

	*outbox = message->next;
	free(message);
}

void quic_outbox_purge(struct quic_outbox **outbox)
{
	while (*outbox)
		quic_outbox_pop(outbox);
}
