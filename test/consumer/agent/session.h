/* SPDX-License-Identifier: MIT */
/* The TLS handshake of one request. */
#ifndef AGENT_SESSION_H
#define AGENT_SESSION_H

#include "config.h"
#include "request.h"

/* 0 or a positive errno: EACCES, if TLS failed. */
int session_run(const struct agent_request *request, const struct agent_config *config);

#endif
