/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Certificate, key and PSK files for tests of libquic, in a directory that goes with the test.
 */
#ifndef _LIBQUIC_FILES_H
#define _LIBQUIC_FILES_H

extern char cert_file[64], key_file[64];	/* of server.test, whose authority nobody trusts */
extern char server_psk[64], client_psk[64];	/* the client's line is the server's second */

void make_files(void);

#endif /* _LIBQUIC_FILES_H */
