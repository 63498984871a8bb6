// SPDX-License-Identifier: MIT
//
// Session tickets (RFC 8446, 2.2; RFC 9001, 4.5): a shorter handshake for clients that come back.
import { once } from 'node:events';
import {
  connect,
  listen,
  type ConnectOptions,
  type ListenOptions,
  type QuicConnection,
  type QuicServer,
} from '../../lib/index.js';
import { authority, identity } from './support/certs.js';
import { ALPN, clientOptions, failure, next, serverOptions } from './support/pair.js';

let server: QuicServer;

async function start(options: Partial<ListenOptions> = {}): Promise<void> {
  server = await listen(serverOptions(options));
}

afterEach(async () => {
  await server.close({ timeout: 0 });
});

/** A connection, both ends. */
async function visit(
  options: Partial<ConnectOptions> = {},
): Promise<[QuicConnection, QuicConnection]> {
  const accepted = next(server);
  const client = await connect(clientOptions(server, options));
  return [client, await accepted];
}

/** What a first visit leaves to the client. */
async function sessionOf(options: Partial<ConnectOptions> = {}): Promise<Buffer> {
  const [client, peer] = await visit(options);
  const [session] = (await once(client, 'session')) as [Buffer];
  await client.close();
  await peer.closed;
  return session;
}

async function reused(options: Partial<ConnectOptions>): Promise<boolean> {
  const [client, peer] = await visit(options);
  expect(peer.sessionReused).toBe(client.sessionReused);
  client.destroy();
  await peer.closed;
  return client.sessionReused;
}

test('a client that comes back resumes: both ends know, and it is verified as before', async () => {
  await start();
  const session = await sessionOf();
  const [client, peer] = await visit({ session });
  expect(client).toMatchObject({ sessionReused: true, earlyDataAccepted: false });
  expect(client).toMatchObject({ authorized: true, alpn: ALPN, servername: 'localhost' });
  expect(peer).toMatchObject({ sessionReused: true, servername: 'localhost' });
  await expect(client.opened).resolves.toBeUndefined();
  client.destroy();
});

test('without a session nothing is reused', async () => {
  await start();
  expect(await reused({})).toBe(false);
});

test('a resumed connection gives a session, too', async () => {
  await start();
  expect(await reused({ session: await sessionOf({ session: await sessionOf() }) })).toBe(true);
});

test('a session survives JSON and base64', async () => {
  await start();
  const session = await sessionOf();
  const { data } = JSON.parse(JSON.stringify(session)) as { data: number[] };
  expect(await reused({ session: new Uint8Array(data) })).toBe(true);
  expect(await reused({ session: Buffer.from(session.toString('base64'), 'base64') })).toBe(true);
});

test('the event waits for a late listener, and comes once', async () => {
  await start();
  const [client, peer] = await visit();
  const stream = await client.createBidirectionalStream();
  stream.end('x');
  await (await next(peer)).bytes();
  let sessions = 0;
  client.on('session', () => sessions++);
  await new Promise((resolve) => client.once('session', resolve));
  const again = await client.createBidirectionalStream();
  again.end('y');
  expect(sessions).toBe(1);
  client.destroy();
});

describe('a session that does not fit is not used', () => {
  test('another server name', async () => {
    await start();
    const session = await sessionOf();
    expect(await reused({ session, servername: 'server.test' })).toBe(false);
  });

  test('a protocol that is not offered any more (RFC 8446, 4.2.10)', async () => {
    await start({ alpn: ['a', 'b'] });
    const session = await sessionOf({ alpn: 'a' });
    expect(await reused({ session, alpn: 'b' })).toBe(false);
    expect(await reused({ session, alpn: ['a', 'b'] })).toBe(true);
  });

  test('a certificate that nobody had verified', async () => {
    await start();
    const session = await sessionOf({ ca: authority('stranger'), rejectUnauthorized: false });
    expect(await reused({ session })).toBe(false);
    expect(await reused({ session, rejectUnauthorized: false })).toBe(true);
  });

  test('another version of QUIC (RFC 9369, 5)', async () => {
    await start();
    const session = await sessionOf({ version: 2 });
    expect(await reused({ session, version: 1 })).toBe(false);
    expect(await reused({ session })).toBe(true);
  });

  test('a server that has another key', async () => {
    await start();
    const session = await sessionOf();
    await server.close();
    await start();
    expect(await reused({ session })).toBe(false);
  });
});

describe('what was never a session, or was damaged, is refused before anything happens', () => {
  const DAMAGED: [what: string, damage: (session: Buffer) => Uint8Array][] = [
    ['nothing', () => new Uint8Array(0)],
    ['garbage', () => Buffer.alloc(500, 7)],
    ['the first half', (session) => session.subarray(0, session.length / 2)],
    ['one byte too few', (session) => session.subarray(0, -1)],
    ['one byte too many', (session) => Buffer.concat([session, Buffer.alloc(1)])],
  ];

  test.each(DAMAGED)('%s', async (_what, damage) => {
    await start();
    const session = damage(await sessionOf());
    const error = await failure(connect(clientOptions(server, { session })));
    expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' });
    expect(error.message).toContain(
      '"session" option is invalid: it is not what a \'session\' event',
    );
  });

  test('each byte that was changed is noticed', async () => {
    await start();
    const session = await sessionOf();
    for (let i = 0; i < session.length; i += 97) {
      const changed = Buffer.from(session);
      changed[i] = (changed[i] ?? 0) ^ 1;
      const error = await failure(connect(clientOptions(server, { session: changed })));
      expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    }
  });

  test.each([
    ['session', 'text', 'ERR_INVALID_ARG_TYPE'],
    ['session', [1, 2], 'ERR_INVALID_ARG_TYPE'],
    ['token', 'text', 'ERR_INVALID_ARG_TYPE'],
    ['token', new Uint8Array(0), 'ERR_INVALID_ARG_VALUE'],
    ['token', new Uint8Array(121), 'ERR_INVALID_ARG_VALUE'],
    ['earlyData', 1, 'ERR_INVALID_ARG_TYPE'],
  ])('%s = %p', async (option, value, code) => {
    await start();
    const error = await failure(connect(clientOptions(server, { [option]: value })));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(`"${option}"`);
  });
});

describe('ticketKeys', () => {
  const ticketKeys = Buffer.alloc(48, 'secret');

  test('a listener of another process, or a later one, resumes', async () => {
    await start({ ticketKeys });
    const session = await sessionOf();
    await server.close();
    await start({ ticketKeys });
    expect(await reused({ session })).toBe(true);
  });

  test('also a client that has another address meanwhile', async () => {
    await start({ ticketKeys });
    const session = await sessionOf({ localAddress: '127.0.0.1' });
    expect(await reused({ session, localAddress: '127.0.0.5' })).toBe(true);
  });

  test('not with other limits, on which early data would rely (RFC 9000, 7.4.1)', async () => {
    await start({ ticketKeys });
    const session = await sessionOf();
    await server.close();
    await start({ ticketKeys, maxData: 50_000 });
    expect(await reused({ session })).toBe(false);
  });

  test.each([
    ['text', 'ERR_INVALID_ARG_TYPE'],
    [new Uint8Array(47), 'ERR_INVALID_ARG_VALUE'],
  ])('%p is refused', async (value, code) => {
    await start();
    const error = await failure(listen(serverOptions({ ticketKeys: value as never })));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain('"ticketKeys"');
  });
});

test('a client certificate counts for the resumed connection as well', async () => {
  await start({ requestCert: true, ca: authority('ca') });
  const session = await sessionOf(identity('client'));
  const [client, peer] = await visit({ ...identity('client'), session });
  expect(peer).toMatchObject({ sessionReused: true, authorized: true });
  expect(peer.peerCertificate?.subject).toContain('client');
  client.destroy();
});
