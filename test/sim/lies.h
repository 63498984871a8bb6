/* SPDX-License-Identifier: GPL-2.0-only */
/* A peer that has keys and lies: frames of its packets are replaced before they are sealed. */
#ifndef TEST_SIM_LIES_H
#define TEST_SIM_LIES_H

#include "random.h"

/* Whose random numbers decide, NULL: nobody lies now; and in how many of 10000 packets. */
extern struct random *lies_random;
extern unsigned int lies_chance;

/* Perhaps change the @len bytes of frames at @payload. */
void lies_tell(u8 *payload, size_t len);

#endif
