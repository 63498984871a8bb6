/* SPDX-License-Identifier: GPL-2.0-only */
/* Datagrams of the application: sent beside its streams, checked when they arrive. */
#ifndef TEST_SIM_DATAGRAMS_H
#define TEST_SIM_DATAGRAMS_H

#include "app.h"

void datagrams_init(struct app *app);
/* True if one was given to the engine. */
bool datagrams_write(struct app *app);
/* @seg was received: right, and for the first time. */
void datagrams_read(struct app *app, struct quic_segment *seg);

#endif
