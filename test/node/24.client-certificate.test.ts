// SPDX-License-Identifier: MIT
//
// Who the client is. In TLS 1.3 a client is done before the server has seen its certificate, so a
// refused client has a connection that ends at once.
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { connect, listen, type ConnectOptions, type ListenOptions } from '../../lib/index.js';
import { authority, identity } from './support/certs.js';
import { Pair, clientOptions, failure, handshakeError, serverOptions } from './support/pair.js';

const STRICT = { requestCert: true } as const;

test('each authority of a list is trusted', async () => {
  const ca = [authority('stranger'), Buffer.from(authority('ca'))];
  for (const name of ['client', 'impostor'] as const) {
    const pair = await Pair.open({ ...STRICT, ca }, { ...identity(name), ca });
    expect(pair.peer.authorized).toBe(true);
    expect(pair.peer.peerCertificate?.subject).toBe(`CN=${name}`);
    await pair.close();
  }
});

test('nobody is asked without requestCert', async () => {
  const pair = await Pair.open({ ca: authority('ca') }, identity('client'));
  expect(pair.peer).toMatchObject({ authorized: false, peerCertificate: undefined });
  await pair.close();
});

test('with rejectUnauthorized: false a client may come without', async () => {
  const pair = await Pair.open({ ...STRICT, rejectUnauthorized: false, ca: authority('ca') });
  expect(pair.peer).toMatchObject({ authorized: false, peerCertificate: undefined });
  await pair.close();
});

type Refused = [
  what: string,
  server: () => Partial<ListenOptions>,
  client: () => Partial<ConnectOptions>,
  alert: string,
];

const REFUSED: Refused[] = [
  ['none', () => ({ ca: authority('ca') }), () => ({}), 'certificate_required'],
  ['unknown authority', () => ({ ca: authority('ca') }), () => identity('impostor'), 'unknown_ca'],
  ['the system’s authorities', () => ({}), () => identity('client'), 'unknown_ca'],
  ['expired', () => ({ ca: authority('ca') }), () => identity('late'), 'certificate_expired'],
  [
    'of a server',
    () => ({ ca: authority('ca') }),
    () => identity('server'),
    'unsupported_certificate',
  ],
];

test.each(REFUSED)('a certificate is refused: %s', async (_what, forServer, forClient, alert) => {
  const server = await listen(serverOptions({ ...STRICT, ...forServer() }));
  const atServer = handshakeError(server);
  const atClient = connect(clientOptions(server, forClient())).then(
    async (connection) => (await connection.closed).error,
    (error: unknown) => error,
  );
  const expected = { name: 'QuicError', code: 'ERR_QUIC_TRANSPORT_ERROR', alert };
  expect(await atServer).toMatchObject(expected);
  expect(await atClient).toMatchObject(expected);
  expect(server.connections).toBe(0);
  await server.close();
});

test.each([
  ['an empty list', () => [], 'ca"', 'nobody'],
  ['garbage in a list', () => [authority('ca'), 'garbage'], 'ca[1]"', ''],
])('%s of authorities is refused by name', async (_what, ca, name, why) => {
  for (const error of [
    await failure(listen(serverOptions({ ca: ca() }))),
    await failure(connect('127.0.0.1:1', { alpn: 'x', ca: ca() })),
  ]) {
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(error.message).toContain(name);
    expect(error.message).toContain(why);
  }
});

test('SSLKEYLOGFILE gets the secrets', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kquic-keylog-'));
  const file = path.join(folder, 'keys');
  const program = path.join(__dirname, 'support/program.js');
  const env = { ...process.env, SSLKEYLOGFILE: file };
  await promisify(execFile)(process.execPath, [program, 'unref'], { env });
  expect(fs.readFileSync(file, 'utf8')).toMatch(/^CLIENT_HANDSHAKE_TRAFFIC_SECRET [0-9a-f]{64} /m);
  fs.rmSync(folder, { recursive: true });
});
