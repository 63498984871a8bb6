// SPDX-License-Identifier: GPL-2.0-only
/* quic_unit_test.ko: tests of what only exists in the kernel. The engine's are in test/engine. */
#include <linux/module.h>

#include "../compat.h"

QUIC_IMPORT_KUNIT;
MODULE_DESCRIPTION("QUIC: unit tests");
MODULE_LICENSE("GPL");
