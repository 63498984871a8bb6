// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <gnutls/gnutls.h>

#include "alert.h"

void alert_name(int alert, char name[ALERT_NAME_SIZE])
{
	static const char prefix[] = "GNUTLS_A_";
	const char *known = gnutls_alert_get_strname(alert);
	char *p;

	if (!known || strncmp(known, prefix, strlen(prefix))) {
		snprintf(name, ALERT_NAME_SIZE, "%d", alert);
		return;
	}
	snprintf(name, ALERT_NAME_SIZE, "%s", known + strlen(prefix));
	for (p = name; *p; p++)
		*p = tolower((unsigned char)*p);
}
