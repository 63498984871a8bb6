// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <netinet/quic.h>

#include "alert.h"
#include "closing.h"

void closing_describe(int fd, char text[CLOSING_TEXT_SIZE])
{
	struct quic_connection_close info = { 0 };
	socklen_t len = sizeof(info);
	char phrase[sizeof(info.phrase) + 4] = "", name[ALERT_NAME_SIZE];
	int alert;

	getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info, &len);
	if (info.phrase[0])
		snprintf(phrase, sizeof(phrase), " (%.*s)", (int)sizeof(info.phrase), info.phrase);
	alert = info.errcode - QUIC_TRANSPORT_ERROR_CRYPTO;
	/* An idle timeout leaves nothing behind, and so does a close with code 0 (S6.19). */
	if (!info.errcode && !info.phrase[0] && !info.frame) {
		snprintf(text, CLOSING_TEXT_SIZE, "the peer closed the connection or fell silent");
	} else if (info.frame && alert >= 0 && alert <= UINT8_MAX) {
		/* A client learns after its own handshake that the server refused its certificate. */
		alert_name(alert, name);
		snprintf(text, CLOSING_TEXT_SIZE, "the peer refused with the alert %s", name);
	} else if (info.frame) {
		snprintf(text, CLOSING_TEXT_SIZE, "the peer found error 0x%x in frame 0x%02x%s",
			 info.errcode, info.frame, phrase);
	} else {
		snprintf(text, CLOSING_TEXT_SIZE, "the peer closed the connection with code %u%s",
			 info.errcode, phrase);
	}
}
