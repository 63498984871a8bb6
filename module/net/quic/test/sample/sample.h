/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * quic_sample_test: a kernel consumer of QUIC (S10.5). A client or a server inside the kernel, whose handshake
 * an agent in user space does.
 */
#ifndef QUIC_SAMPLE_H
#define QUIC_SAMPLE_H

#include <linux/net.h>
#include <linux/quic.h>
#include <linux/types.h>

/* How long the agent may take, and how long the consumer waits for it and for its peer (S10.5). */
#define SAMPLE_HANDSHAKE_MS	3000
#define SAMPLE_WAIT_SECONDS	5

/**
 * struct sample - what the module was loaded with
 * @addr: the server's address
 * @addr_len: its size
 * @dev: device to bind to, or an empty string
 * @alpn: protocols, with commas between them
 * @psk: serial number of a key, or 0 for certificates
 */
struct sample {
	struct sockaddr_storage addr;
	int addr_len;
	const char *dev;
	const char *alpn;
	int psk;
};

/* A session to resume: what a consumer keeps of one connection for the next (S5.42). */
#define SAMPLE_TICKET_MAX	4096
struct sample_session {
	struct quic_transport_param params;
	u8 ticket[SAMPLE_TICKET_MAX];
	int ticket_len;
};

/* socket.c: a socket in the namespace of who loads the module, and its end. */
int sample_socket(const struct sample *sample, struct socket **sock);
int sample_attach_file(struct socket **sock);
void sample_release(struct socket *sock);

/* handshake.c, or no_handshake.c where the kernel has no net/handshake. */
int sample_handshake_supported(void);
int sample_handshake(const struct sample *sample, struct socket *sock, bool server);

/* message.c */
int sample_set(struct socket *sock, int name, const void *value, unsigned int len);
int sample_get(struct socket *sock, int name, void *value, int *len);
int sample_send(struct socket *sock, s64 stream_id, const char *text);
int sample_receive(struct socket *sock);
int sample_wait_close(struct socket *sock);

/* client.c and server.c: one connection. */
int sample_client(const struct sample *sample);
int sample_ticket_client(const struct sample *sample);
int sample_server(const struct sample *sample, int connections);

#endif
