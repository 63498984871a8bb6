// SPDX-License-Identifier: GPL-2.0-only
/* What quic_unit_test.ko calls in quic.ko; only on kernels that have KUnit. */
#include <kunit/visibility.h>

#include "../engine/keys.h"
#include "../socket/memory.h"
#include "../socket/sock.h"
#include "../udp/cid_table.h"
#include "../udp/skb.h"

EXPORT_SYMBOL_IF_KUNIT(quic_version_find);
EXPORT_SYMBOL_IF_KUNIT(quic_cipher_find);
EXPORT_SYMBOL_IF_KUNIT(quic_keys_initial);
EXPORT_SYMBOL_IF_KUNIT(quic_keys_install);
EXPORT_SYMBOL_IF_KUNIT(quic_keys_clear);
EXPORT_SYMBOL_IF_KUNIT(quic_aead_seal);
EXPORT_SYMBOL_IF_KUNIT(quic_aead_open);
EXPORT_SYMBOL_IF_KUNIT(quic_hp_masks);
EXPORT_SYMBOL_IF_KUNIT(quic_retry_tag);

EXPORT_SYMBOL_IF_KUNIT(quic_skb_prepare);
EXPORT_SYMBOL_IF_KUNIT(quic_skb_walk_init);
EXPORT_SYMBOL_IF_KUNIT(quic_skb_walk_next);
EXPORT_SYMBOL_IF_KUNIT(quic_skb_extract);
EXPORT_SYMBOL_IF_KUNIT(quic_skb_addresses);

EXPORT_SYMBOL_IF_KUNIT(quic_cid_table_add);
EXPORT_SYMBOL_IF_KUNIT(quic_cid_table_remove);
EXPORT_SYMBOL_IF_KUNIT(quic_cid_table_find);

EXPORT_SYMBOL_IF_KUNIT(quic_alloc);
EXPORT_SYMBOL_IF_KUNIT(quic_free);
EXPORT_SYMBOL_IF_KUNIT(quic_rmem_charge_skb);

EXPORT_SYMBOL_IF_KUNIT(quic_timer_arm);
EXPORT_SYMBOL_IF_KUNIT(quic_timer_cancel);
EXPORT_SYMBOL_IF_KUNIT(quic_conn_deadline);
