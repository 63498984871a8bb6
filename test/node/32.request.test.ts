// SPDX-License-Identifier: MIT
import { setTimeout as delay } from 'node:timers/promises';
import type { QuicStream } from '../../lib/index.js';
import { Pair, failure, next, pattern } from './support/pair.js';

let pair: Pair;

beforeEach(async () => {
  pair = await Pair.open({ maxStreamData: 65_536 }, { maxStreamData: 65_536 });
});

afterEach(async () => {
  await pair.close();
});

/** The other end echoes every stream. */
function echo(): void {
  pair.peer.on('stream', (stream) => {
    if (stream.direction === 'bidi') stream.pipe(stream);
  });
}

/** The stream of the next request, at the other end. */
async function served(): Promise<QuicStream> {
  return (await next(pair.peer)) as QuicStream;
}

function* pieces(): Generator<string> {
  yield 'one ';
  yield 'two ';
  yield 'three';
}

async function* slowPieces(): AsyncGenerator<Buffer | string> {
  for (const piece of pieces()) {
    await delay(5);
    yield piece;
  }
}

/** A body that says when it was told to return, and never yields again. */
class Source implements AsyncIterableIterator<string> {
  returned = false;
  #first = true;
  next(): Promise<IteratorResult<string>> {
    if (!this.#first) return new Promise(() => undefined);
    this.#first = false;
    return Promise.resolve({ value: 'first', done: false });
  }
  return(): Promise<IteratorResult<string>> {
    this.returned = true;
    return Promise.resolve({ value: undefined, done: true });
  }
  [Symbol.asyncIterator](): this {
    return this;
  }
}

describe('the body may be', () => {
  test.each([
    ['text', (): string => 'text', 'text'],
    ['an ArrayBuffer', (): ArrayBuffer => new Uint8Array([104, 105]).buffer, 'hi'],
    ['a view', (): DataView => new DataView(new Uint8Array([104, 105]).buffer, 1), 'i'],
    ['empty', (): string => '', ''],
    ['an array', (): string[] => ['a', 'b'], 'ab'],
    ['no pieces', (): string[] => [], ''],
    ['a generator', pieces, 'one two three'],
    ['an async generator', slowPieces, 'one two three'],
  ])('%s', async (_what, body, answer) => {
    echo();
    expect((await pair.client.request(body())).toString()).toBe(answer);
  });

  test('longer than every buffer on its way', async () => {
    echo();
    const piece = pattern(20_000);
    const body = Array.from({ length: 20 }, () => piece);
    const answer = await pair.client.request(body, { limit: 400_000 });
    expect(answer.equals(Buffer.concat(body))).toBe(true);
  });

  test.each([[5], [undefined], [{}]])('nothing else: %p', async (body) => {
    const error = await failure(pair.client.request(body as never));
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    expect(error.message).toContain('"body"');
  });
});

test('wrong options are refused before a stream is opened', async () => {
  expect(await failure(pair.client.request('x', { limit: -1 }))).toMatchObject({
    code: 'ERR_OUT_OF_RANGE',
  });
  expect(await failure(pair.client.request('x', { signal: 5 as never }))).toMatchObject({
    code: 'ERR_INVALID_ARG_TYPE',
  });
  expect((await pair.client.createBidirectionalStream()).id).toBe(0);
});

test('an answer beyond the limit is ERR_QUIC_STREAM_TOO_LARGE, and the peer is told to stop', async () => {
  const answer = failure(pair.client.request('x', { limit: 10 }));
  const far = await served();
  const writing = failure(far.send(pattern(300_000)));
  const error = await answer;
  expect(error).toMatchObject({ name: 'QuicError', code: 'ERR_QUIC_STREAM_TOO_LARGE' });
  expect(error.message).toBe('the stream has more than 10 bytes');
  expect(await writing).toMatchObject({ code: 'ERR_QUIC_STREAM_STOPPED' });
});

test('an answer of just the limit is one', async () => {
  echo();
  expect((await pair.client.request('1234567890', { limit: 10 })).toString()).toBe('1234567890');
});

test('what the body throws is what the request rejects with, and the peer sees a reset', async () => {
  const error = new Error('out of pieces');
  const body = (async function* () {
    yield 'x';
    await delay(5);
    throw error;
  })();
  const request = failure(pair.client.request(body));
  const reading = failure((await served()).bytes());
  expect(await request).toBe(error);
  expect(await reading).toMatchObject({ code: 'ERR_QUIC_STREAM_RESET' });
});

test('a wrong piece is a TypeError', async () => {
  const error = await failure(pair.client.request(['x', 5] as never));
  expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
});

test('a reset by the peer ends a body that waits for its source', async () => {
  const body = new Source();
  const request = failure(pair.client.request(body));
  (await served()).reset(7);
  expect(await request).toMatchObject({ code: 'ERR_QUIC_STREAM_RESET', errorCode: 7 });
  expect(body.returned).toBe(true);
});

test('the connection’s end does, too', async () => {
  const body = new Source();
  const request = failure(pair.client.request(body));
  await served();
  await pair.peer.close({ code: 3, timeout: 0 });
  expect(await request).toMatchObject({ code: 'ERR_QUIC_APPLICATION_ERROR', errorCode: 3 });
  expect(body.returned).toBe(true);
});

test('RFC 9114, 4.1: an answer is one even if the peer wants no more of the request', async () => {
  const body = new Source();
  const request = pair.client.request(body);
  const far = await served();
  far.stopSending(0);
  far.end('enough');
  expect((await request).toString()).toBe('enough');
  expect(body.returned).toBe(true);
});

test('a peer that stops reading and answers nothing is ERR_QUIC_STREAM_STOPPED or a reset', async () => {
  const request = failure(pair.client.request(pattern(300_000)));
  const far = await served();
  far.destroy();
  expect((await request)['code']).toMatch(/^ERR_QUIC_STREAM_(STOPPED|RESET)$/);
});
