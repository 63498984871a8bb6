// SPDX-License-Identifier: MIT
import { createPrivateKey } from 'node:crypto';
import * as dgram from 'node:dgram';
import { once } from 'node:events';
import { connect, listen } from '../../lib/index.js';
import { authority, identity } from './support/certs.js';
import { ALPN, Pair, clientOptions, failure, next, serverOptions } from './support/pair.js';

test('both ends know the facts of the connection', async () => {
  const pair = await Pair.open({ alpn: ['other', ALPN] });
  const { client, peer, server } = pair;
  for (const end of [client, peer]) {
    expect(end).toMatchObject({ alpn: ALPN, servername: 'localhost' });
    expect(end.cipher).toMatch(/^TLS_(AES|CHACHA20)_/);
  }
  expect(client).toMatchObject({ role: 'client', authorized: true });
  expect(client.peerCertificate?.subjectAltName).toContain('server.test');
  expect(peer).toMatchObject({ role: 'server', authorized: false, peerCertificate: undefined });
  expect(client.remote).toEqual(server.address());
  expect(peer.local).toEqual(server.address());
  expect(peer.remote).toEqual(client.local);
  await pair.close();
});

test('the server’s order of protocols decides', async () => {
  const pair = await Pair.open({ alpn: ['b', 'a'] }, { alpn: ['a', 'b'] });
  expect([pair.client.alpn, pair.peer.alpn]).toEqual(['b', 'b']);
  await pair.close();
});

test('an address as text or URL', async () => {
  const server = await listen(serverOptions());
  const { port } = server.address();
  const options = { alpn: ALPN, ca: authority('ca') };
  for (const address of [`127.0.0.1:${port}`, new URL(`https://127.0.0.1:${port}/`)]) {
    const client = await connect(address, options);
    // An IP address is verified against the certificate's addresses and is no server name.
    expect(client).toMatchObject({ authorized: true, servername: undefined });
    client.destroy();
  }
  await server.close();
});

test('a name is looked up', async () => {
  const options = serverOptions();
  delete options.host;
  const server = await listen(options);
  const client = await connect({ ...clientOptions(server), host: 'localhost' });
  expect(client.authorized).toBe(true);
  client.destroy();
  await server.close();
});

test('rejectUnauthorized: false connects to anybody and says so', async () => {
  const pair = await Pair.open({}, { ca: authority('stranger'), rejectUnauthorized: false });
  expect(pair.client.authorized).toBe(false);
  expect(pair.client.peerCertificate?.subject).toContain('server');
  await pair.close();
});

test('a client certificate is verified and shown', async () => {
  const pair = await Pair.open({ requestCert: true, ca: authority('ca') }, identity('client'));
  expect(pair.peer.authorized).toBe(true);
  expect(pair.peer.peerCertificate?.subject).toContain('client');
  await pair.close();
});

test('a key may be a KeyObject', async () => {
  const pair = await Pair.open({ key: createPrivateKey(identity('server').key) });
  expect(pair.client.authorized).toBe(true);
  await pair.close();
});

test('setSecureContext() changes the certificate of new connections', async () => {
  const server = await listen(serverOptions());
  server.setSecureContext(identity('expired'));
  const error = await failure(connect(clientOptions(server)));
  expect(error).toMatchObject({ alert: 'certificate_expired' });
  server.setSecureContext(identity('server'));
  const accepted = next(server);
  const client = await connect(clientOptions(server));
  expect(client.authorized).toBe(true);
  await accepted;
  client.destroy();
  await server.close();
});

test('the local address can be chosen', async () => {
  const pair = await Pair.open({}, { localAddress: '127.0.0.2' });
  expect(pair.client.local.address).toBe('127.0.0.2');
  expect(pair.peer.remote.address).toBe('127.0.0.2');
  await pair.close();
});

test('keylog gets the secrets of both ends', async () => {
  const lines: [string[], string[]] = [[], []];
  const pair = await Pair.open(
    { keylog: (line) => lines[0].push(line) },
    { keylog: (line) => lines[1].push(line) },
  );
  for (const end of lines) {
    expect(end.join('\n')).toMatch(
      /^CLIENT_HANDSHAKE_TRAFFIC_SECRET [0-9a-f]{64} [0-9a-f]{64,96}$/m,
    );
    expect(end.join('\n')).toMatch(/^SERVER_TRAFFIC_SECRET_0 /m);
  }
  expect([...lines[0]].sort()).toEqual([...lines[1]].sort());
  await pair.close();
});

describe('a server that does not answer', () => {
  let silent: dgram.Socket;
  let port: number;

  beforeEach(async () => {
    silent = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await once(silent, 'listening');
    ({ port } = silent.address());
  });

  afterEach(() => {
    silent.close();
  });

  test('is ERR_QUIC_CONNECTION_FAILED after handshakeTimeout', async () => {
    const options = { host: '127.0.0.1', port, alpn: ALPN, handshakeTimeout: 50 };
    const error = await failure(connect(options));
    expect(error).toMatchObject({ name: 'QuicError', code: 'ERR_QUIC_CONNECTION_FAILED' });
    expect(error.message).toContain('50 ms');
  });

  test('can be given up with a signal', async () => {
    const reason = new Error('enough');
    const abort = new AbortController();
    const attempt = connect({ host: '127.0.0.1', port, alpn: ALPN, signal: abort.signal });
    setImmediate(() => {
      abort.abort(reason);
    });
    expect(await failure(attempt)).toMatchObject({ name: 'AbortError', cause: reason });
  });
});

test('the loop stays free while a handshake waits', async () => {
  const server = await listen(serverOptions());
  const attempts = Array.from({ length: 20 }, () => connect(clientOptions(server)));
  const clients = await Promise.all(attempts);
  expect(new Set(clients.map(({ local }) => local.port)).size).toBe(20);
  for (const client of clients) client.destroy();
  await server.close({ timeout: 0 });
});
