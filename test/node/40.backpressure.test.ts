// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { QuicStream } from '../../lib/index.js';
import { Pair, next, pattern } from './support/pair.js';

let pair: Pair;

afterEach(async () => {
  await pair.close();
});

const WINDOW = 64 * 1024;

/** Writes until write() says to wait and nothing moves any more. Returns what was accepted. */
async function fill(stream: QuicStream, most: number): Promise<number> {
  const piece = Buffer.alloc(16 * 1024);
  let written = 0;
  while (written < most) {
    written += piece.length;
    const done = new Promise<boolean>((resolve) => {
      stream.write(piece, () => {
        resolve(true);
      });
    });
    const moved = await Promise.race([done, delay(300, false)]);
    if (!moved) break;
  }
  return written;
}

interface Memory {
  /** Bytes of Buffers in this process. */
  buffers: number;
  /** Bytes that all QUIC sockets of the machine hold. */
  kernel: number;
}

const PAGE_SIZE = 4096;

function memory(): Memory {
  const line = /^QUIC\s.*$/m.exec(readFileSync('/proc/net/protocols', 'utf8'))?.[0] ?? '';
  // protocol, size, sockets, memory in pages
  const pages = Number(line.split(/\s+/)[3]);
  return { buffers: process.memoryUsage().arrayBuffers, kernel: pages * PAGE_SIZE };
}

/** Iterations of the event loop, which an endless poll would drive up. */
function loopCount(): number {
  const { uvMetricsInfo } = performance.nodeTiming as unknown as {
    uvMetricsInfo?: { loopCount: number };
  };
  if (uvMetricsInfo === undefined) throw new Error('this Node does not count loops');
  return uvMetricsInfo.loopCount;
}

test('a reader that does not read stops the writer', async () => {
  pair = await Pair.open({ maxData: 4 * WINDOW, maxStreamData: WINDOW });
  const { near, far } = await pair.bidi('x');
  const written = await fill(near, 16 * 1024 * 1024);
  expect(written).toBeLessThan(2 * 1024 * 1024);

  near.end();
  let received = 0;
  for await (const chunk of far) received += chunk.length;
  expect(received).toBe(written + 1);
});

test('what nobody reads is bounded at both ends, however many streams it is on', async () => {
  const maxData = 8 * WINDOW;
  pair = await Pair.open({ maxData, maxStreamData: 4 * WINDOW });
  const before = memory();
  let written = 0;
  for (let i = 0; i < 4; i++) {
    written += await fill(await pair.client.createBidirectionalStream(), 16 * 1024 * 1024);
  }
  const after = memory();
  // The reader's process holds maxData, its kernel holds that again, and the sender's what is not acknowledged.
  expect(written).toBeLessThan(4 * maxData);
  expect(after.buffers - before.buffers).toBeLessThan(3 * maxData);
  expect(after.kernel - before.kernel).toBeLessThan(6 * maxData);
});

test('everything arrives when reading begins again', async () => {
  pair = await Pair.open({ maxData: 4 * WINDOW, maxStreamData: WINDOW });
  const sent = pattern(3_000_000);
  const near = await pair.client.createUnidirectionalStream();
  near.end(sent);
  const far = await next(pair.peer);
  await delay(100);
  const chunks: Buffer[] = [];
  for await (const chunk of far) {
    chunks.push(chunk as Buffer);
    if (chunks.length % 10 === 0) await delay(1);
  }
  expect(Buffer.concat(chunks).equals(sent)).toBe(true);
});

test('a stream that is not read stops no other one', async () => {
  pair = await Pair.open();
  const { near } = await pair.bidi('x');
  near.write(Buffer.alloc(1024 * 1024));
  pair.peer.on('stream', (stream) => {
    if (stream.direction === 'bidi') stream.pipe(stream);
  });
  for (let i = 0; i < 20; i++) {
    const sent = pattern(100_000);
    expect((await pair.client.request(sent)).equals(sent)).toBe(true);
  }
});

test('PO.12 streams that are not read stop their own senders and no other one, and lose nothing', async () => {
  const maxData = 16 * WINDOW;
  pair = await Pair.open({ maxData, maxStreamData: 2 * WINDOW });
  const before = memory();
  const unread: { far: QuicStream; written: number }[] = [];
  for (let i = 0; i < 3; i++) {
    const { near, far } = await pair.bidi('x');
    const written = 1 + (await fill(near, 64 * maxData));
    near.end();
    unread.push({ far, written });
  }
  expect(memory().buffers - before.buffers).toBeLessThan(3 * maxData);
  pair.peer.on('stream', (stream) => {
    if (stream.direction === 'bidi') stream.pipe(stream);
  });
  for (let i = 0; i < 20; i++) {
    const sent = pattern(100_000);
    expect((await pair.client.request(sent)).equals(sent)).toBe(true);
  }
  for (const { far, written } of unread) {
    expect(written).toBeLessThan(maxData);
    let received = 0;
    for await (const chunk of far) received += chunk.length;
    expect(received).toBe(written);
  }
});

test('PO.12 by default as many streams as have sockets may stand still, and others go on', async () => {
  pair = await Pair.open();
  const unread: QuicStream[] = [];
  for (let i = 0; i < 8; i++) {
    const { near, far } = await pair.bidi('x');
    await fill(near, 16 * 1024 * 1024);
    unread.push(far);
  }
  pair.peer.on('stream', (stream) => {
    if (stream.direction === 'bidi') stream.pipe(stream);
  });
  for (let i = 0; i < 20; i++) {
    const sent = pattern(100_000);
    expect((await pair.client.request(sent)).equals(sent)).toBe(true);
  }
  expect(unread.some((stream) => stream.destroyed)).toBe(false);
});

test('a stream with a socket of its own is received in order', async () => {
  pair = await Pair.open({ maxData: 8 * WINDOW, maxStreamData: 2 * WINDOW });
  const sent = pattern(8_000_000);
  const near = await pair.client.createUnidirectionalStream();
  near.end(sent);
  const far = await next(pair.peer);
  await delay(300);
  expect((await far.bytes({ limit: sent.length })).equals(sent)).toBe(true);
});

test('PO.16 what has arrived for such a stream can be read when the connection is over', async () => {
  pair = await Pair.open({ maxData: 8 * WINDOW, maxStreamData: 2 * WINDOW });
  const sent = pattern(200_000);
  const near = await pair.client.createUnidirectionalStream();
  await near.send(sent.subarray(0, 100_000));
  const far = await next(pair.peer);
  await delay(300);
  near.end(sent.subarray(100_000));
  await pair.client.close();
  await pair.peer.closed;
  expect((await far.bytes()).equals(sent)).toBe(true);
});

test('two ends that echo each other’s data do not lock up', async () => {
  pair = await Pair.open(
    { maxData: 4 * WINDOW, maxStreamData: WINDOW },
    { maxData: 4 * WINDOW, maxStreamData: WINDOW },
  );
  pair.peer.on('stream', (stream) => {
    if (stream.direction === 'bidi') stream.pipe(stream);
  });
  const sent = pattern(2_000_000);
  const stream = await pair.client.createBidirectionalStream();
  stream.end(sent);
  await delay(200);
  expect((await stream.bytes({ limit: sent.length })).equals(sent)).toBe(true);
});

test.each([
  ['stream', { maxData: 1024 * 1024, maxStreamData: WINDOW }],
  ['connection', { maxData: WINDOW, maxStreamData: 1024 * 1024 }],
])('a writer that waits for the %s’s credit does not spin', async (_whose, windows) => {
  pair = await Pair.open(windows);
  const { near } = await pair.bidi('x');
  await fill(near, 16 * 1024 * 1024);
  const before = loopCount();
  await delay(500);
  expect(loopCount() - before).toBeLessThan(50);
});

test('a stream waits for the peer’s permission, in order', async () => {
  pair = await Pair.open({ maxBidiStreams: 2 });
  const opened: number[] = [];
  const streams = [await pair.client.createBidirectionalStream()];
  streams.push(await pair.client.createBidirectionalStream());
  const waiting = [0, 1].map(async (i) => {
    await pair.client.createBidirectionalStream();
    opened.push(i);
  });
  for (const stream of streams) stream.end('x');
  await delay(50);
  expect(opened).toEqual([]);
  for (let i = 0; i < 2; i++) {
    const far = (await next(pair.peer)) as QuicStream;
    await far.text();
    far.end();
  }
  for (const stream of streams) await stream.bytes();
  await Promise.all(waiting);
  expect(opened).toEqual([0, 1]);
});

test('wait: false and a signal give up', async () => {
  pair = await Pair.open({ maxUniStreams: 1 });
  await pair.client.createUnidirectionalStream();
  await expect(pair.client.createUnidirectionalStream({ wait: false })).rejects.toMatchObject({
    code: 'ERR_QUIC_OPEN_STREAM_FAILED',
  });
  const abort = new AbortController();
  const waiting = pair.client.createUnidirectionalStream({ signal: abort.signal });
  abort.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});
