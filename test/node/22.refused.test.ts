// SPDX-License-Identifier: MIT
//
// Handshakes that must fail, and how each end learns why.
import { connect, listen, type ConnectOptions, type ListenOptions } from '../../lib/index.js';
import { authority, identity } from './support/certs.js';
import { clientOptions, failure, handshakeError, serverOptions } from './support/pair.js';

type Refused = [
  what: string,
  server: () => Partial<ListenOptions>,
  client: () => Partial<ConnectOptions>,
  alert: string,
  number: number,
];

const BY_THE_CLIENT: Refused[] = [
  [
    'a certificate of an unknown authority',
    () => ({}),
    () => ({ ca: authority('stranger') }),
    'unknown_ca',
    48,
  ],
  [
    'a certificate for another name',
    () => ({}),
    () => ({ servername: 'elsewhere.test' }),
    'bad_certificate',
    42,
  ],
  [
    'a certificate for another address',
    () => ({}),
    () => ({ servername: '127.0.0.9' }),
    'bad_certificate',
    42,
  ],
  ['an expired certificate', () => identity('expired'), () => ({}), 'certificate_expired', 45],
];

test.each(BY_THE_CLIENT)('%s', async (_what, forServer, forClient, alert, number) => {
  const server = await listen(serverOptions(forServer()));
  const atServer = handshakeError(server);
  const atClient = await failure(connect(clientOptions(server, forClient())));
  const expected = { code: 'ERR_QUIC_TRANSPORT_ERROR', alert, errorCode: 0x100 + number };
  expect(atClient).toMatchObject({ name: 'QuicError', ...expected });
  expect(atClient.message).toContain('certificate');
  expect(await atServer).toMatchObject({ name: 'QuicError', ...expected });
  expect(server.connections).toBe(0);
  await server.close();
});

test('no common protocol', async () => {
  const server = await listen(serverOptions());
  const atServer = handshakeError(server);
  const atClient = await failure(connect(clientOptions(server, { alpn: 'other' })));
  const expected = { code: 'ERR_QUIC_TRANSPORT_ERROR', alert: 'no_application_protocol' };
  expect(atClient).toMatchObject(expected);
  expect(await atServer).toMatchObject(expected);
  await server.close();
});

// In TLS 1.3 the client is done before the server has seen its certificate.
test.each([
  ['no client certificate', () => ({}), 'certificate_required'],
  ['a client certificate of an unknown authority', () => identity('impostor'), 'unknown_ca'],
])('%s', async (_what, forClient, alert) => {
  const server = await listen(serverOptions({ requestCert: true, ca: authority('ca') }));
  const atServer = handshakeError(server);
  const outcome = connect(clientOptions(server, forClient())).then(
    async (connection) => (await connection.closed).error,
    (error: unknown) => error,
  );
  expect(await atServer).toMatchObject({ code: 'ERR_QUIC_TRANSPORT_ERROR', alert });
  expect(await outcome).toMatchObject({ code: 'ERR_QUIC_TRANSPORT_ERROR', alert });
  await server.close();
});

test('with rejectUnauthorized: false the server sees who it was', async () => {
  const server = await listen(
    serverOptions({ requestCert: true, rejectUnauthorized: false, ca: authority('ca') }),
    (connection) => {
      expect(connection.authorized).toBe(false);
      expect(connection.peerCertificate?.subject).toContain('impostor');
      connection.destroy();
    },
  );
  const client = await connect(clientOptions(server, identity('impostor')));
  expect(await client.closed).toMatchObject({ by: 'peer', code: 0 });
  await server.close();
});

test('a server goes on after handshakes that failed', async () => {
  const server = await listen(serverOptions());
  for (let i = 0; i < 5; i++) {
    await failure(connect(clientOptions(server, { ca: authority('stranger') })));
  }
  const client = await connect(clientOptions(server));
  expect(client.authorized).toBe(true);
  client.destroy();
  await server.close();
});

test('a server in the middle of a handshake can be closed', async () => {
  const server = await listen(serverOptions());
  const attempt = failure(connect(clientOptions(server, { handshakeTimeout: 300 })));
  await server.close({ timeout: 0 });
  expect(await attempt).toMatchObject({ name: 'QuicError' });
});
