// SPDX-License-Identifier: GPL-2.0-only
/* Divisions of 64 bits for the engine on a 32-bit machine, where it may not divide by itself (division.sh). */
#include "user.h"

#ifndef __SIZEOF_INT128__
u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}
#endif
