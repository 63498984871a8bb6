// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>

#include "frame.h"
#include "trace.h"

bool trace_on;
u64 trace_now;
const char *trace_who = "-";

static const char *scenario_name = "";
static u64 scenario_seed;

void trace_line(const char *fmt, ...)
{
	va_list args;

	printf("%12.6f %-6s ", trace_now / 1e9, trace_who);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

void sim_describe(const char *scenario, u64 seed)
{
	scenario_name = scenario;
	scenario_seed = seed;
}

void sim_fail(const char *fmt, ...)
{
	va_list args;

	printf("not ok - seed %llu scenario %s: at %.6f s: ", (unsigned long long)scenario_seed,
	       scenario_name, trace_now / 1e9);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	_Exit(1);
}

static size_t append(char *text, size_t room, size_t len, const char *fmt, ...)
	__attribute__((__format__(printf, 4, 5)));

static size_t append(char *text, size_t room, size_t len, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text + len, room - len, fmt, args);
	va_end(args);
	return min(len + max(n, 0), room - 1);
}

static size_t append_ack(char *text, size_t room, size_t len, struct quic_ack_frame *ack)
{
	u64 i, smallest = 0, largest;

	len = append(text, room, len, " ACK[");
	for (i = 0; i <= ack->range_count && !quic_ack_next(ack, i, &smallest, &largest); i++) {
		if (smallest == largest)
			len = append(text, room, len, " %llu", (unsigned long long)largest);
		else
			len = append(text, room, len, " %llu-%llu", (unsigned long long)smallest,
				     (unsigned long long)largest);
	}
	return append(text, room, len, " delay %llu]", (unsigned long long)ack->delay);
}

static const char *const names[] = {
	"PADDING", "PING", "ACK", "ACK_ECN", "RESET_STREAM", "STOP_SENDING", "CRYPTO", "NEW_TOKEN",
	"STREAM", "STREAM", "STREAM", "STREAM", "STREAM", "STREAM", "STREAM", "STREAM",
	"MAX_DATA", "MAX_STREAM_DATA", "MAX_STREAMS_BIDI", "MAX_STREAMS_UNI", "DATA_BLOCKED",
	"STREAM_DATA_BLOCKED", "STREAMS_BLOCKED_BIDI", "STREAMS_BLOCKED_UNI", "NEW_CONNECTION_ID",
	"RETIRE_CONNECTION_ID", "PATH_CHALLENGE", "PATH_RESPONSE", "CONNECTION_CLOSE",
	"CONNECTION_CLOSE_APP", "HANDSHAKE_DONE",
};

static size_t append_frame(char *text, size_t room, size_t len, struct quic_frame *frame)
{
	unsigned long long a = 0, b = 0;

	if (frame->type == QUIC_FRAME_ACK || frame->type == QUIC_FRAME_ACK_ECN)
		return append_ack(text, room, len, &frame->ack);
	len = append(text, room, len, " %s",
		     frame->type < ARRAY_SIZE(names) ? names[frame->type] : "DATAGRAM");
	switch (frame->type) {
	case QUIC_FRAME_CRYPTO:
		a = frame->crypto.offset;
		b = frame->crypto.len;
		return append(text, room, len, "(%llu+%llu)", a, b);
	case QUIC_FRAME_RESET_STREAM:
		a = frame->reset.id;
		b = frame->reset.final_size;
		return append(text, room, len, "(%llu size %llu)", a, b);
	case QUIC_FRAME_STOP_SENDING:
		a = frame->stop.id;
		return append(text, room, len, "(%llu)", a);
	case QUIC_FRAME_MAX_DATA ... QUIC_FRAME_STREAMS_BLOCKED_UNI:
		b = frame->max.max;
		if (frame->type != QUIC_FRAME_MAX_STREAM_DATA &&
		    frame->type != QUIC_FRAME_STREAM_DATA_BLOCKED)
			return append(text, room, len, "(%llu)", b);
		a = frame->max.id;
		return append(text, room, len, "(%llu: %llu)", a, b);
	case QUIC_FRAME_NEW_CONNECTION_ID:
		a = frame->new_cid.seq;
		return append(text, room, len, "(%llu)", a);
	case QUIC_FRAME_RETIRE_CONNECTION_ID:
		a = frame->retire_cid.seq;
		return append(text, room, len, "(%llu)", a);
	case QUIC_FRAME_CONNECTION_CLOSE:
	case QUIC_FRAME_CONNECTION_CLOSE_APP:
		a = frame->close.code;
		b = frame->close.frame_type;
		return append(text, room, len, "(%#llx frame %#llx)", a, b);
	}
	if (frame->type >= QUIC_FRAME_STREAM && frame->type < QUIC_FRAME_STREAM + 8) {
		a = frame->stream.id;
		b = frame->stream.offset;
		len = append(text, room, len, "(%llu: %llu+%llu%s)", a, b,
			     (unsigned long long)frame->stream.len,
			     frame->stream.fin ? " FIN" : "");
	}
	return len;
}

void trace_packet(const char *what, u64 pn, const u8 *packet, size_t header_len,
		  size_t payload_len)
{
	static const char *const types[] = { "Initial", "0-RTT", "Handshake", "Retry", "1-RTT" };
	enum quic_packet_type type = packet[0] & 0x80 ? packet[0] >> 4 & 3 : QUIC_PACKET_1RTT;
	struct quic_reader r = { packet + header_len, packet + header_len + payload_len };
	struct quic_frame frame;
	char text[600] = "";
	size_t len = 0;

	if (!trace_on)
		return;
	while (quic_reader_left(&r)) {
		if (quic_frame_parse(&frame, &r, type)) {
			append(text, sizeof(text), len, " malformed");
			break;
		}
		if (frame.type != QUIC_FRAME_PADDING)
			len = append_frame(text, sizeof(text), len, &frame);
	}
	trace_line("    %s %s %llu (%zu):%s", what, types[type], (unsigned long long)pn,
		   header_len + payload_len + 16, text);
}
