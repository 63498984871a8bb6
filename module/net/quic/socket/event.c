// SPDX-License-Identifier: GPL-2.0-only
/* Events that wait to be read (section 7 of the API). */
#include <linux/slab.h>

#include "event.h"
#include "memory.h"

static size_t content_len(u8 type, size_t data_len)
{
	switch (type) {
	case QUIC_EVENT_STREAM_UPDATE:
		return sizeof(struct quic_stream_update);
	case QUIC_EVENT_STREAM_MAX_DATA:
		return sizeof(struct quic_stream_max_data);
	case QUIC_EVENT_STREAM_MAX_STREAM:
		return sizeof(u64);
	case QUIC_EVENT_CONNECTION_ID:
		return sizeof(struct quic_connection_id_info);
	case QUIC_EVENT_CONNECTION_CLOSE:
		return sizeof(struct quic_connection_close);
	case QUIC_EVENT_CONNECTION_MIGRATION:
	case QUIC_EVENT_KEY_UPDATE:
		return sizeof(u8);
	default:
		return data_len;
	}
}

static unsigned int truesize(const struct quic_event_item *item)
{
	return roundup_pow_of_two(sizeof(*item) + item->len);
}

/*
 * F51: TLS has to do with streams as little as with their data (S4.20), and its library might take an event for a
 * message.
 */
static struct list_head *queue_of(struct sock *sk, u8 type)
{
	struct quic_sock *qs = quic_sk(sk);

	return sk->sk_state == QUIC_SS_HANDSHAKING && type <= QUIC_EVENT_STREAM_MAX_STREAM ? &qs->early_events :
											     &qs->events;
}

void quic_event_release(struct sock *sk)
{
	struct quic_sock *qs = quic_sk(sk);

	list_splice_tail_init(&qs->early_events, &qs->events);
}

void quic_event_queue(struct sock *sk, u8 type, const union quic_event *event, const u8 *data,
		      size_t len)
{
	struct quic_sock *qs = quic_sk(sk);
	struct quic_event_item *item;

	if (!(qs->event_mask & BIT(type)))
		return;
	len = content_len(type, len);
	if (sk_rmem_alloc_get(sk) + sizeof(*item) + len > READ_ONCE(sk->sk_rcvbuf))
		return;
	item = kmalloc(struct_size(item, data, 1 + len), GFP_ATOMIC | __GFP_NOWARN);
	if (!item)
		return;
	item->len = 1 + len;
	if (!quic_rmem_charge(sk, truesize(item))) {
		kfree(item);
		return;
	}
	item->taken = 0;
	item->data[0] = type;
	memcpy(item->data + 1, data ?: (const u8 *)event, len);
	list_add_tail(&item->node, queue_of(sk, type));
	qs->event_bytes += item->len;
	qs->wake |= QUIC_WAKE_READ;
}

void quic_event_note_close(struct sock *sk, const struct quic_connection_close *close)
{
	const struct quic_conn *conn = quic_sk(sk)->conn;

	/* Not for an idle timeout or a stateless reset: nobody said anything. */
	if (conn && conn->close.set)
		quic_sk(sk)->close = *close;
	else if (close->frame || (close->errcode && close->errcode != QUIC_TRANSPORT_ERROR_CRYPTO))
		quic_sk(sk)->close = *close;
}

struct quic_event_item *quic_event_head(struct sock *sk)
{
	return list_first_entry_or_null(&quic_sk(sk)->events, struct quic_event_item, node);
}

static void remove(struct sock *sk, struct quic_event_item *item)
{
	list_del(&item->node);
	quic_rmem_uncharge(sk, truesize(item));
	kfree(item);
}

void quic_event_consume(struct sock *sk, struct quic_event_item *item, size_t len)
{
	item->taken += len;
	quic_sk(sk)->event_bytes -= len;
	if (item->taken == item->len)
		remove(sk, item);
}

void quic_event_purge(struct sock *sk)
{
	struct quic_event_item *item;

	quic_event_release(sk);
	while ((item = quic_event_head(sk)))
		remove(sk, item);
	quic_sk(sk)->event_bytes = 0;
}
