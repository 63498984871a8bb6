// SPDX-License-Identifier: MIT
#include <err.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "number.h"
#include "tls.h"

#define MOST_CERTIFICATES 16
#define TICKET_KEY_SIZE	  64

static void check(int ret, const char *what)
{
	if (ret < 0)
		errx(1, "%s: %s", what, gnutls_strerror(ret));
}

static void read_file(const char *what, const char *name, gnutls_datum_t *data)
{
	if (gnutls_load_file(name, data))
		err(1, "cannot read %s %s", what, name);
}

static void check_file(int ret, const char *what, const char *name)
{
	if (ret < 0)
		errx(1, "%s %s: %s", what, name, gnutls_strerror(ret));
}

/* Chain and key one by one, so that a message can say which of the files is wrong. */
static void load_key_pair(struct tls *tls)
{
	const char *cert_file = tls->options->cert, *key_file = tls->options->key;
	gnutls_pcert_st chain[MOST_CERTIFICATES];
	unsigned int count = MOST_CERTIFICATES;
	gnutls_datum_t cert, key;
	gnutls_privkey_t privkey;

	read_file("certificate", cert_file, &cert);
	read_file("private key", key_file, &key);
	check_file(gnutls_pcert_list_import_x509_raw(chain, &count, &cert, GNUTLS_X509_FMT_PEM, 0),
		   "certificate", cert_file);
	check(gnutls_privkey_init(&privkey), "private key");
	check_file(gnutls_privkey_import_x509_raw(privkey, &key, GNUTLS_X509_FMT_PEM, NULL, 0),
		   "private key", key_file);
	/* From here on the credentials own the chain and the key. */
	if (gnutls_certificate_set_key(tls->certificates, NULL, 0, chain, count, privkey) < 0)
		errx(1, "private key %s does not belong to certificate %s", key_file, cert_file);
	gnutls_free(cert.data);
	gnutls_memset(key.data, 0, key.size);
	gnutls_free(key.data);
}

static void load_trust(struct tls *tls)
{
	const char *ca = tls->options->ca;
	gnutls_datum_t data;
	int ret;

	if (ca) {
		read_file("authority", ca, &data);
		ret = gnutls_certificate_set_x509_trust_mem(tls->certificates, &data,
							    GNUTLS_X509_FMT_PEM);
		check_file(ret, "authority", ca);
		if (!ret)
			errx(1, "authority %s: no certificate in it", ca);
		gnutls_free(data.data);
	} else if (!tls->server && !tls->options->insecure) {
		if (gnutls_certificate_set_x509_system_trust(tls->certificates) <= 0)
			warnx("the system trusts no authority: give one with --ca");
	}
}

static void load_psk(struct tls *tls)
{
	const char *file = tls->options->psk;
	struct psk_key key;
	gnutls_datum_t hex;

	psk_file_read(file, &key);
	if (tls->server) {
		check(gnutls_psk_allocate_server_credentials(&tls->psk_server), "PSK");
		check_file(gnutls_psk_set_server_credentials_file(tls->psk_server, file),
			   "PSK file", file);
	} else {
		hex.data = (unsigned char *)key.hex;
		hex.size = strlen(key.hex);
		check(gnutls_psk_allocate_client_credentials(&tls->psk_client), "PSK");
		check_file(gnutls_psk_set_client_credentials(tls->psk_client, key.identity, &hex,
							     GNUTLS_PSK_KEY_HEX),
			   "PSK file", file);
	}
	psk_key_free(&key);
}

static void load_priority(struct tls *tls)
{
	const char *cipher = tls->options->cipher;
	char text[512];

	snprintf(text, sizeof(text), "%s%s%s", QUIC_PRIORITY, cipher ? ":-CIPHER-ALL:+" : "",
		 cipher ? cipher : "");
	if (gnutls_priority_init(&tls->priority, text, NULL))
		errx(EXIT_USAGE, "cipher '%s' is none that GnuTLS knows, such as AES-256-GCM",
		     cipher);
}

/* A session shows whether the protocols can be used, before there is a peer. */
static void check_alpn(const struct tls *tls)
{
	const char *alpn = tls->options->alpn;
	gnutls_session_t session;

	check(gnutls_init(&session, GNUTLS_CLIENT), "TLS");
	if (quic_session_set_alpn(session, alpn, strlen(alpn)))
		errx(EXIT_USAGE, "ALPN '%s' is not 1 to 8 names in at most 63 bytes", alpn);
	gnutls_deinit(session);
}

void tls_load(struct tls *tls, const struct tls_options *options, bool server)
{
	memset(tls, 0, sizeof(*tls));
	tls->options = options;
	tls->server = server;
	load_priority(tls);
	check_alpn(tls);
	if (options->psk) {
		load_psk(tls);
		return;
	}
	check(gnutls_certificate_allocate_credentials(&tls->certificates), "certificates");
	if (options->cert)
		load_key_pair(tls);
	load_trust(tls);
}

void tls_unload(struct tls *tls)
{
	if (tls->certificates)
		gnutls_certificate_free_credentials(tls->certificates);
	if (tls->psk_client)
		gnutls_psk_free_client_credentials(tls->psk_client);
	if (tls->psk_server)
		gnutls_psk_free_server_credentials(tls->psk_server);
	gnutls_priority_deinit(tls->priority);
}

static int set_credentials(const struct tls *tls, gnutls_session_t session)
{
	if (tls->psk_client)
		return gnutls_credentials_set(session, GNUTLS_CRD_PSK, tls->psk_client);
	if (tls->psk_server)
		return gnutls_credentials_set(session, GNUTLS_CRD_PSK, tls->psk_server);
	return gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, tls->certificates);
}

/* Tickets under the key that the kernel has for this client and listener (S5.20). */
static int enable_tickets(gnutls_session_t session, int fd)
{
	unsigned char bytes[TICKET_KEY_SIZE];
	gnutls_datum_t key = { .data = bytes, .size = sizeof(bytes) };
	socklen_t len = sizeof(bytes);
	int ret;

	if (getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_SESSION_TICKET, bytes, &len))
		return GNUTLS_E_INTERNAL_ERROR;
	ret = gnutls_session_ticket_enable_server(session, &key);
	gnutls_memset(bytes, 0, sizeof(bytes));
	return ret;
}

static int configure_server(const struct tls *tls, gnutls_session_t session, int fd)
{
	if (tls->options->ca) {
		gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
		gnutls_session_set_verify_cert(session, NULL, 0);
	}
	return enable_tickets(session, fd);
}

static int configure_client(const struct tls *tls, gnutls_session_t session)
{
	const char *name = tls->options->name;
	unsigned char address[sizeof(struct in6_addr)];
	int ret;

	/* RFC 6066, 3: an address is no server name. */
	if (inet_pton(AF_INET, name, address) != 1 && inet_pton(AF_INET6, name, address) != 1) {
		ret = gnutls_server_name_set(session, GNUTLS_NAME_DNS, name, strlen(name));
		if (ret)
			return ret;
	}
	if (tls->certificates && !tls->options->insecure)
		gnutls_session_set_verify_cert(session, name, 0);
	return 0;
}

static int configure(const struct tls *tls, gnutls_session_t session, int fd)
{
	const char *alpn = tls->options->alpn;
	int ret;

	ret = set_credentials(tls, session);
	if (ret)
		return ret;
	ret = gnutls_priority_set(session, tls->priority);
	if (ret)
		return ret;
	gnutls_transport_set_int(session, fd);
	/* How long a handshake may take is for the tool and the idle timeout to say. */
	gnutls_handshake_set_timeout(session, GNUTLS_INDEFINITE_TIMEOUT);
	ret = quic_session_set_alpn(session, alpn, strlen(alpn));
	if (ret)
		return ret;
	return tls->server ? configure_server(tls, session, fd) : configure_client(tls, session);
}

gnutls_session_t tls_session(const struct tls *tls, int fd)
{
	/* S9.9: libquic sends the ticket; 0-RTT takes both flags on both ends. */
	unsigned int flags =
		tls->server ? GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET : GNUTLS_CLIENT;
	gnutls_session_t session;
	int ret;

	if (tls->options->early_data)
		flags |= GNUTLS_ENABLE_EARLY_DATA | GNUTLS_NO_END_OF_EARLY_DATA;
	ret = gnutls_init(&session, flags);
	if (!ret) {
		ret = configure(tls, session, fd);
		if (!ret)
			return session;
		gnutls_deinit(session);
	}
	warnx("cannot prepare TLS: %s", gnutls_strerror(ret));
	return NULL;
}
