/* SPDX-License-Identifier: GPL-2.0-only */
/* An application that calls whatever it likes with whatever it likes. */
#ifndef TEST_SIM_CHAOS_H
#define TEST_SIM_CHAOS_H

#include "app.h"

/* As app_run(). */
bool chaos_run(struct app *app, u64 now);

#endif
