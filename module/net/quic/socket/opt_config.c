// SPDX-License-Identifier: GPL-2.0-only
/* CONFIG, ALPN and EVENT (6.11, 6.13 and 6.2 of the API). */
#include <linux/slab.h>
#include <linux/tls.h>

#include "alpn.h"
#include "option.h"

static bool valid(const struct quic_config *c)
{
	return quic_option_valid(c->plpmtud_probe_interval, 5000000, 143165576) &&
	       quic_option_valid(c->initial_smoothed_rtt, 1000, 6000000) &&
	       quic_option_valid(c->payload_cipher_type, TLS_CIPHER_AES_GCM_128,
			TLS_CIPHER_CHACHA20_POLY1305) &&
	       c->congestion_control_algo < QUIC_CONG_ALG_MAX &&
	       quic_option_valid(c->keepalive_probe_interval, 1500000, U32_MAX);
}

#define TAKE(field)	(to->field = from->field ?: to->field)

static void merge(struct quic_config *to, const struct quic_config *from)
{
	TAKE(version);
	TAKE(plpmtud_probe_interval);
	TAKE(initial_smoothed_rtt);
	TAKE(payload_cipher_type);
	TAKE(congestion_control_algo);
	TAKE(receive_session_ticket);
	TAKE(certificate_request);
	TAKE(keepalive_probe_interval);
	if (from->validate_peer_address)
		WRITE_ONCE(to->validate_peer_address, 1);
	to->stream_data_nodelay |= !!from->stream_data_nodelay;
}

int quic_opt_set_config(struct sock *sk, const u8 *val, size_t len)
{
	struct quic_sock *qs = quic_sk(sk);
	struct quic_conn_config *config;
	struct quic_config c;

	quic_option_copy(&c, sizeof(c), val, len);
	if (sk->sk_state == QUIC_SS_ESTABLISHED || !valid(&c))
		return -EINVAL;
	if (sk->sk_state != QUIC_SS_HANDSHAKING) {
		merge(&qs->config, &c);
		return 0;
	}
	config = kzalloc(sizeof(*config), GFP_KERNEL);
	if (!config)
		return -ENOMEM;
	merge(&qs->config, &c);
	quic_config_fill(qs, qs->mtu, config);
	quic_conn_set_config(qs->conn, config);
	kfree_sensitive(config);
	return 0;
}

int quic_opt_get_config(struct sock *sk, u8 *buf, size_t len)
{
	return quic_option_put(buf, len, &quic_sk(sk)->config, sizeof(struct quic_config));
}

int quic_opt_set_alpn(struct sock *sk, const u8 *val, size_t len)
{
	if (sk->sk_state == QUIC_SS_LISTENING || !len || len > QUIC_ALPN_MAX)
		return -EINVAL;
	quic_alpn_normalize(quic_sk(sk)->alpn, (const char *)val, len);
	return 0;
}

int quic_opt_get_alpn(struct sock *sk, u8 *buf, size_t len)
{
	const char *alpn = quic_sk(sk)->alpn;
	size_t n = strlen(alpn);

	if (len < n + 1)
		return -EINVAL;
	memcpy(buf, alpn, n);
	return n;
}

static bool event_valid(u8 type)
{
	return type > QUIC_EVENT_NONE && type < QUIC_EVENT_MAX;
}

int quic_opt_set_event(struct sock *sk, const u8 *val, size_t len)
{
	struct quic_event_option event;

	quic_option_copy(&event, sizeof(event), val, len);
	if (!event_valid(event.type))
		return -EINVAL;
	if (event.on)
		quic_sk(sk)->event_mask |= BIT(event.type);
	else
		quic_sk(sk)->event_mask &= ~BIT(event.type);
	return 0;
}

int quic_opt_get_event(struct sock *sk, u8 *buf, size_t len)
{
	struct quic_event_option event = { .type = buf[0] };

	if (!event_valid(event.type))
		return -EINVAL;
	event.on = !!(quic_sk(sk)->event_mask & BIT(event.type));
	return quic_option_put(buf, len, &event, sizeof(event));
}
