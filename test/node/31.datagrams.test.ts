// SPDX-License-Identifier: MIT
//
// RFC 9221: datagrams, and what becomes of those that cannot be sent or are not read.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { QuicConnection } from '../../lib/index.js';
import { Pair, failure, next, thrown } from './support/pair.js';

let pair: Pair;

afterEach(async () => {
  await pair.close();
});

/** Sends until `count` have arrived: on a slow machine some are lost for want of room. */
async function received(connection: QuicConnection, count: number): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (connection.stats().datagramsReceived >= count) return;
    await delay(20);
  }
  throw new Error(`only ${connection.stats().datagramsReceived} datagrams arrived`);
}

test.each([1, 63, 64, 1100])('a datagram of %i bytes, in either direction', async (size) => {
  pair = await Pair.open();
  const bytes = Buffer.alloc(size, 'ä');
  for (const [from, to] of [
    [pair.client, pair.peer],
    [pair.peer, pair.client],
  ] as const) {
    const arrival = once(to, 'datagram') as Promise<[Buffer]>;
    expect(from.sendDatagram(bytes)).toBe(true);
    expect((await arrival)[0]).toEqual(bytes);
  }
});

test('text, a view and an ArrayBuffer are sent as the bytes they are', async () => {
  pair = await Pair.open();
  const wide = new Uint16Array([1, 2, 3]);
  for (const data of ['größe', wide.subarray(1), wide.buffer]) pair.client.sendDatagram(data);
  const arrived: string[] = [];
  for await (const datagram of pair.peer.datagrams()) {
    if (arrived.push(datagram.toString('hex')) === 3) break;
  }
  const hex = (bytes: Uint16Array): string => Buffer.from(bytes.buffer).toString('hex');
  expect(arrived).toEqual([Buffer.from('größe').toString('hex'), hex(wide.slice(1)), hex(wide)]);
});

test('maxDatagramSize is what can be sent, and not one byte more', async () => {
  pair = await Pair.open();
  const { client, peer } = pair;
  const size = client.maxDatagramSize;
  expect(size).toBeGreaterThanOrEqual(1200 - 1 - 20 - 4 - 16 - 3);
  expect(client.sendDatagram(Buffer.alloc(size + 1))).toBe(false);
  expect(client.sendDatagram(Buffer.alloc(size, 7))).toBe(true);
  expect(await next(peer.datagrams())).toEqual(Buffer.alloc(size, 7));
});

test('the option bounds what the peer may send', async () => {
  pair = await Pair.open({ maxDatagramSize: 1197 });
  expect(pair.client.maxDatagramSize).toBeLessThanOrEqual(1197);
  expect(pair.client.sendDatagram(Buffer.alloc(1198))).toBe(false);
  expect(pair.client.sendDatagram(Buffer.alloc(1100))).toBe(true);
  expect(await next(pair.peer.datagrams())).toHaveLength(1100);
});

test('a peer that takes none: size 0, and false', async () => {
  pair = await Pair.open({ maxDatagramSize: 0 });
  expect(pair.client.maxDatagramSize).toBe(0);
  expect(pair.client.sendDatagram('x')).toBe(false);
  expect(pair.peer.sendDatagram('to the client')).toBe(true);
  expect((await next(pair.client.datagrams())).toString()).toBe('to the client');
});

test('an empty datagram cannot be sent', async () => {
  pair = await Pair.open();
  expect(pair.client.sendDatagram('')).toBe(false);
});

test.each([5, undefined, {}, ['x']])(
  'sendDatagram(%p) throws, also when it is all over',
  async (data) => {
    pair = await Pair.open();
    const wrong = data as never;
    for (let i = 0; i < 2; i++) {
      const error = thrown(() => pair.client.sendDatagram(wrong));
      expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
      expect(error.message).toContain('"data"');
      pair.client.destroy();
    }
  },
);

test('after the end of the connection nothing is sent, and nothing throws', async () => {
  pair = await Pair.open();
  await pair.client.close();
  await pair.peer.closed;
  for (const end of [pair.client, pair.peer]) {
    expect(end.sendDatagram('late')).toBe(false);
    expect(end.maxDatagramSize).toBe(0);
  }
});

test('datagrams wait for a reader, the newest of them; stats() counts the others', async () => {
  pair = await Pair.open();
  const { client, peer } = pair;
  const iterator = peer.datagrams({ highWaterMark: 3 });
  for (let i = 0; i < 10; i++) expect(client.sendDatagram(String(i))).toBe(true);
  await received(peer, 10);
  await delay(50);
  const kept: string[] = [];
  for await (const datagram of iterator) {
    if (kept.push(String(datagram)) === 3) break;
  }
  expect(kept).toEqual(['7', '8', '9']);
  expect(peer.stats().datagramsDropped).toBe(7);
});

test('a listener gets what has waited, and from then on everything', async () => {
  pair = await Pair.open();
  const { client, peer } = pair;
  client.sendDatagram('before');
  await received(peer, 1);
  const got: string[] = [];
  peer.on('datagram', (datagram) => got.push(String(datagram)));
  client.sendDatagram('after');
  while (got.length < 2) await delay(10);
  expect(got).toEqual(['before', 'after']);
});

test('the loop ends with the connection, after what has arrived', async () => {
  pair = await Pair.open();
  pair.client.sendDatagram('last words');
  await received(pair.peer, 1);
  await pair.client.close();
  const got: string[] = [];
  for await (const datagram of pair.peer.datagrams()) got.push(String(datagram));
  expect(got).toEqual(['last words']);
});

test('an aborted signal ends the waiting, before and during it', async () => {
  pair = await Pair.open();
  const abort = new AbortController();
  const iterator = pair.peer.datagrams({ signal: abort.signal });
  const waiting = failure(iterator.next());
  const why = new Error('enough');
  abort.abort(why);
  const aborted = { name: 'AbortError', code: 'ABORT_ERR', cause: why };
  expect(await waiting).toMatchObject(aborted);
  expect(await failure(iterator.next())).toMatchObject(aborted);
  pair.client.sendDatagram('still there');
  expect(String(await next(pair.peer.datagrams()))).toBe('still there');
});

test.each([
  [{ highWaterMark: 0 }, 'ERR_OUT_OF_RANGE', '"highWaterMark"'],
  [{ highWaterMark: '1' }, 'ERR_INVALID_ARG_TYPE', '"highWaterMark"'],
  [{ signal: 1 }, 'ERR_INVALID_ARG_TYPE', '"signal"'],
])('datagrams(%p) throws %s', async (options, code, name) => {
  pair = await Pair.open();
  const error = thrown(() => pair.peer.datagrams(options as never));
  expect(error).toMatchObject({ code });
  expect(error.message).toContain(name);
});

test('a thousand at once do not stop a stream, and are all counted', async () => {
  pair = await Pair.open();
  const { client, peer } = pair;
  let queued = 0;
  for (let i = 0; i < 1000; i++) if (client.sendDatagram(Buffer.alloc(200, i))) queued++;
  const stream = await client.createUnidirectionalStream();
  stream.end('a stream');
  expect(await (await next(peer)).bytes()).toEqual(Buffer.from('a stream'));
  expect(queued).toBeGreaterThan(0);
  await received(peer, 1);
  // 128 wait for a reader; what came last may be on its way here.
  for (;;) {
    const { datagramsReceived, datagramsDropped } = peer.stats();
    expect(datagramsReceived).toBeLessThanOrEqual(queued);
    if (datagramsDropped >= datagramsReceived - 128 - 64) break;
    await delay(20);
  }
});
