/* SPDX-License-Identifier: MIT */
/* Names of TLS alerts. */
#ifndef _TOOLS_ALERT_H
#define _TOOLS_ALERT_H

#define ALERT_NAME_SIZE 64

/* The name that RFC 8446, 6 gives it, such as "bad_certificate"; its number if it has none. */
void alert_name(int alert, char name[ALERT_NAME_SIZE]);

#endif /* _TOOLS_ALERT_H */
