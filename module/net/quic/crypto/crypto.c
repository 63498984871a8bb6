// SPDX-License-Identifier: GPL-2.0-only
/* What the cryptographic operations of all connections share. */
#include <linux/random.h>

#include "crypto.h"

struct workqueue_struct *quic_key_wq;

int quic_crypto_init(void)
{
	int err;

	quic_key_wq = alloc_workqueue("quic_keys", WQ_UNBOUND, 0);
	if (!quic_key_wq)
		return -ENOMEM;
	err = quic_hash_init();
	if (err)
		goto free_wq;
	err = quic_aead_init();
	if (err)
		goto free_hash;
	err = quic_retry_init();
	if (err)
		goto free_hash;
	return 0;

free_hash:
	quic_hash_exit();
free_wq:
	destroy_workqueue(quic_key_wq);
	return err;
}

void quic_crypto_exit(void)
{
	/* Waits for the keys that are being freed. */
	destroy_workqueue(quic_key_wq);
	quic_retry_exit();
	quic_hash_exit();
}

void quic_random(void *buf, size_t len)
{
	get_random_bytes(buf, len);
}
