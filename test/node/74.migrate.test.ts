// SPDX-License-Identifier: MIT
//
// RFC 9000, 9: connections that go on from another address.
import * as dgram from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, type QuicConnection } from '../../lib/index.js';
import { Pair, clientOptions, failure, next } from './support/pair.js';

let pair: Pair;

afterEach(async () => {
  await pair.close();
});

function echo(connection: QuicConnection): void {
  connection.on('stream', (stream) => {
    if (stream.direction === 'bidi') stream.pipe(stream);
  });
}

async function migrated(
  connection: QuicConnection,
): Promise<{ local: AddressInfo; remote: AddressInfo }> {
  const [paths] = (await once(connection, 'migrate')) as [
    { local: AddressInfo; remote: AddressInfo },
  ];
  return paths;
}

test('a client goes to another address: both ends know, streams notice nothing (S6.23)', async () => {
  pair = await Pair.open();
  const { client, peer } = pair;
  echo(peer);
  const stream = await client.createBidirectionalStream();
  stream.write('before, ');
  const events = Promise.all([migrated(client), migrated(peer)]);
  const remote = client.remote;
  await client.migrate({ address: '127.0.0.2' });
  expect(client.local.address).toBe('127.0.0.2');
  expect(client.remote).toEqual(remote);
  stream.end('after');
  expect(await stream.text()).toBe('before, after');
  const [near, far] = await events;
  expect(near).toEqual({ local: client.local, remote });
  expect(far).toEqual({ local: remote, remote: client.local });
  expect(peer.remote).toEqual(client.local);
});

test('to a port of one’s choice, and back again', async () => {
  pair = await Pair.open();
  const { client, peer } = pair;
  echo(peer);
  const { address, port } = client.local;
  await client.migrate({ address: '127.0.0.3', port: port === 65_535 ? 1024 : port + 1 });
  // F8: the peer has to have sent something there.
  await client.request('x');
  await client.migrate({ address, port });
  expect(client.local).toMatchObject({ address, port });
  expect((await client.request('home')).toString()).toBe('home');
});

test('a server goes, and its client follows (S6.24)', async () => {
  pair = await Pair.open();
  const { client, peer } = pair;
  echo(client);
  const followed = migrated(client);
  await peer.migrate({ address: '127.0.0.4' });
  expect((await peer.request('from elsewhere')).toString()).toBe('from elsewhere');
  expect((await followed).remote.address).toBe('127.0.0.4');
});

test('a NAT that gives the client another port: the server follows and says so (RFC 9000, 9.3)', async () => {
  pair = await Pair.open();
  const { server } = pair;
  const relay = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  const outside = [0, 1].map(() => dgram.createSocket('udp4').bind(0, '127.0.0.1'));
  await Promise.all([relay, ...outside].map((socket) => once(socket, 'listening')));
  let inside: AddressInfo | undefined;
  let current = outside[0];
  relay.on('message', (packet, from) => {
    inside = from;
    current?.send(packet, server.address().port, '127.0.0.1');
  });
  for (const socket of outside) {
    socket.on('message', (packet) => {
      if (inside !== undefined) relay.send(packet, inside.port, inside.address);
    });
  }
  const accepted = next(server);
  const { port } = relay.address();
  const client = await connect({ ...clientOptions(server), port });
  const peer = await accepted;
  echo(peer);
  expect((await client.request('one')).toString()).toBe('one');
  const [first, second] = outside.map((socket) => socket.address().port);
  expect(peer.remote.port).toBe(first);
  current = outside[1];
  const noticed = migrated(peer);
  expect((await client.request('two')).toString()).toBe('two');
  expect((await noticed).remote.port).toBe(second);
  expect(peer.remote.port).toBe(second);
  client.destroy();
  peer.destroy();
  for (const socket of [relay, ...outside]) socket.close();
});

describe('what is refused leaves the connection where it is', () => {
  beforeEach(async () => {
    pair = await Pair.open();
    echo(pair.peer);
  });

  test.each([
    ['an address of another machine', { address: '192.0.2.1' }, 'EADDRNOTAVAIL', 'bind'],
    ['a port that is not ours', { address: '127.0.0.1', port: 0 }, 'EADDRINUSE', 'bind'],
  ])('%s', async (what, to, code, syscall) => {
    const taken = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address();
    const local = what.includes('port') ? { ...to, port } : to;
    const before = pair.client.local;
    const error = await failure(pair.client.migrate(local));
    expect(error).toMatchObject({ code, syscall, address: to.address });
    expect(error.message).toContain(`${syscall} ${code} ${to.address}`);
    expect(pair.client.local).toEqual(before);
    expect((await pair.client.request('x')).toString()).toBe('x');
    taken.close();
  });

  test.each([
    ['no address', {}, 'ERR_INVALID_ARG_TYPE', '"address"'],
    ['a name', { address: 'localhost' }, 'ERR_INVALID_ARG_VALUE', 'it must be an IP address'],
    ['another family', { address: '::1' }, 'ERR_INVALID_ARG_VALUE', 'family, IPv4'],
    ['all addresses', { address: '0.0.0.0' }, 'ERR_INVALID_ARG_VALUE', 'one address'],
    ['a port that is none', { address: '127.0.0.2', port: 70_000 }, 'ERR_OUT_OF_RANGE', '"port"'],
    ['nothing', undefined, 'ERR_INVALID_ARG_TYPE', '"local"'],
  ])('%s', async (_what, to, code, text) => {
    const error = await failure(pair.client.migrate(to as never));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(text);
  });

  test('the address it has', async () => {
    const { address, port } = pair.client.local;
    const error = await failure(pair.client.migrate({ address, port }));
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(error.message).toContain('there already');
  });

  test('a second one while the first is under way, or before the peer has answered there', async () => {
    const first = pair.client.migrate({ address: '127.0.0.2' });
    const during = await failure(pair.client.migrate({ address: '127.0.0.3' }));
    expect(during).toMatchObject({ code: 'ERR_INVALID_STATE' });
    expect(during.message).toContain('migrating already');
    await first;
    const after = await failure(pair.client.migrate({ address: '127.0.0.3' }));
    expect(after).toMatchObject({ code: 'ERR_INVALID_STATE', cause: { code: 'EAGAIN' } });
    expect(pair.client.local.address).toBe('127.0.0.2');
  });

  test('aborted: at once, and while it waits', async () => {
    const why = new Error('stay');
    const aborted = { name: 'AbortError', code: 'ABORT_ERR', cause: why };
    const signal = AbortSignal.abort(why);
    const local = { address: '127.0.0.2' };
    expect(await failure(pair.client.migrate(local, { signal }))).toMatchObject(aborted);
    expect(pair.client.local.address).toBe('127.0.0.1');
    const abort = new AbortController();
    const waiting = failure(pair.client.migrate(local, { signal: abort.signal }));
    abort.abort(why);
    expect(await waiting).toMatchObject(aborted);
  });

  test('a connection that ends meanwhile, or has ended', async () => {
    const local = { address: '127.0.0.2' };
    const waiting = failure(pair.client.migrate(local));
    pair.client.destroy();
    expect(await waiting).toMatchObject({ code: 'ERR_QUIC_CLOSED' });
    expect(await failure(pair.client.migrate(local))).toMatchObject({ code: 'ERR_QUIC_CLOSED' });
  });
});

test('a peer that forbids it (RFC 9000, 18.2; F32)', async () => {
  pair = await Pair.open({ disableActiveMigration: true });
  const error = await failure(pair.client.migrate({ address: '127.0.0.2' }));
  expect(error).toMatchObject({
    name: 'QuicError',
    code: 'ERR_QUIC_MIGRATION_FAILED',
    message: 'the peer forbids migration (disable_active_migration)',
    cause: { code: 'EINVAL' },
  });
});

test('a path on which nobody answers is given up, and the old one stays (S6.25)', async () => {
  pair = await Pair.open();
  const { server } = pair;
  const [inside, outside] = [0, 1].map(() => dgram.createSocket('udp4').bind(0, '127.0.0.1'));
  if (inside === undefined || outside === undefined) throw new Error('no sockets');
  await Promise.all([once(inside, 'listening'), once(outside, 'listening')]);
  let from: AddressInfo | undefined;
  inside.on('message', (packet, sender) => {
    if (sender.address === '127.0.0.2') return;
    from = sender;
    outside.send(packet, server.address().port, '127.0.0.1');
  });
  outside.on('message', (packet) => {
    if (from !== undefined) inside.send(packet, from.port, from.address);
  });
  const accepted = next(server);
  const { port } = inside.address();
  const client = await connect({ ...clientOptions(server), port });
  const peer = await accepted;
  echo(peer);
  const before = client.local;
  const error = await failure(client.migrate({ address: '127.0.0.2' }, { timeout: 500 }));
  expect(error).toMatchObject({ name: 'QuicError', code: 'ERR_QUIC_MIGRATION_FAILED' });
  expect(error.message).toContain('did not answer on the new path from 127.0.0.2');
  expect(client.local).toEqual(before);
  expect((await client.request('as before')).toString()).toBe('as before');
  client.destroy();
  peer.destroy();
  inside.close();
  outside.close();
});

test('a peer that has closed, before this end has heard of it', async () => {
  pair = await Pair.open();
  const { client, peer } = pair;
  peer.destroy();
  const error = await failure(client.migrate({ address: '127.0.0.2' }));
  expect(error).toMatchObject({ name: 'QuicError', code: 'ERR_QUIC_CLOSED' });
  expect(await client.closed).toMatchObject({ by: 'peer' });
});
