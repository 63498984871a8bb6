// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { QuicStream, ReceiveStream, SendStream } from '../../lib/index.js';
import { Pair, failure, next, pattern } from './support/pair.js';

let pair: Pair;

beforeEach(async () => {
  pair = await Pair.open();
});

afterEach(async () => {
  await pair.close();
});

function echo(): void {
  pair.peer.on('stream', (stream) => {
    if (stream.direction === 'bidi') stream.pipe(stream);
  });
}

describe('bidirectional streams', () => {
  test.each([0, 1, 1199, 65_536, 3_000_000])('an echo of %i bytes', async (size) => {
    echo();
    const sent = pattern(size);
    const stream = await pair.client.createBidirectionalStream();
    stream.end(sent);
    const received = await stream.bytes({ limit: size });
    expect(received.equals(sent)).toBe(true);
  });

  test('IDs and directions', async () => {
    const ids: number[] = [];
    for (const connection of [pair.client, pair.peer]) {
      for (let i = 0; i < 2; i++) ids.push((await connection.createBidirectionalStream()).id);
    }
    expect(ids).toEqual([0, 4, 1, 5]);
    const { near, far } = await pair.bidi('x');
    expect(near).toBeInstanceOf(QuicStream);
    expect(near).toMatchObject({ direction: 'bidi', initiator: 'local', connection: pair.client });
    expect(far).toMatchObject({ direction: 'bidi', initiator: 'peer', id: near.id });
  });

  test('an answer can follow a loop over the question, and one that was left early', async () => {
    for (const early of [false, true]) {
      const { near, far } = await pair.bidi('question');
      if (!early) near.end();
      let asked = '';
      for await (const chunk of far) {
        asked += String(chunk);
        if (early) break;
      }
      far.end(`${asked}, answer`);
      expect(await near.text()).toBe('question, answer');
    }
  });

  test('the server opens one as well', async () => {
    const stream = await pair.peer.createBidirectionalStream();
    stream.end('from the server');
    const far = (await next(pair.client)) as QuicStream;
    expect(await far.text()).toBe('from the server');
    far.end('and back');
    expect(await stream.text()).toBe('and back');
  });

  test('each half ends on its own', async () => {
    const { near, far } = await pair.bidi('question');
    near.end();
    expect(await far.text()).toBe('question');
    far.write('ans');
    far.end('wer');
    expect(await near.text()).toBe('answer');
  });

  test('20 at once, each with its own bytes', async () => {
    echo();
    const results = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const sent = pattern(50_000 + i);
        sent[0] = i;
        return (await pair.client.request(sent)).equals(sent);
      }),
    );
    expect(results).toEqual(Array.from({ length: 20 }, () => true));
  });

  test('more streams than the peer permits at a time, one after the other', async () => {
    echo();
    for (let i = 0; i < 250; i++) {
      expect((await pair.client.request(`request ${i}`)).toString()).toBe(`request ${i}`);
    }
  });

  test('writes in one tick keep their order', async () => {
    const stream = await pair.client.createBidirectionalStream();
    const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}\n`);
    for (const line of lines) stream.write(line);
    stream.end();
    expect(await ((await next(pair.peer)) as QuicStream).text()).toBe(lines.join(''));
  });

  test('corked writes', async () => {
    const stream = await pair.client.createBidirectionalStream();
    stream.cork();
    for (let i = 0; i < 100; i++) stream.write(`${i},`);
    stream.uncork();
    stream.end('end');
    const text = await ((await next(pair.peer)) as QuicStream).text();
    expect(text).toBe(`${Array.from({ length: 100 }, (_, i) => `${i},`).join('')}end`);
  });
});

describe('unidirectional streams', () => {
  test('one each way', async () => {
    const there = await pair.client.createUnidirectionalStream();
    const back = await pair.peer.createUnidirectionalStream();
    expect(there).toBeInstanceOf(SendStream);
    expect([there.id, back.id]).toEqual([2, 3]);
    there.end('there');
    back.end('back');
    const atServer = await next(pair.peer);
    const atClient = await next(pair.client);
    expect(atServer).toBeInstanceOf(ReceiveStream);
    expect(await atServer.text()).toBe('there');
    expect(await atClient.text()).toBe('back');
  });

  test('an empty one', async () => {
    const stream = await pair.client.createUnidirectionalStream();
    stream.end();
    expect(await (await next(pair.peer)).bytes()).toHaveLength(0);
  });
});

describe('send()', () => {
  test('with fin ends the stream together with the bytes', async () => {
    const stream = await pair.client.createUnidirectionalStream();
    await stream.send('one ');
    await stream.send(new Uint8Array([0x74, 0x77, 0x6f]));
    await stream.send(Buffer.from('!'), { fin: true });
    expect(stream.writableEnded).toBe(true);
    expect(await (await next(pair.peer)).text()).toBe('one two!');
  });

  test('refuses what is no bytes', async () => {
    const stream = await pair.client.createUnidirectionalStream();
    expect(() => stream.send(5 as never)).toThrow('"data"');
  });
});

describe('reading', () => {
  test('json()', async () => {
    const stream = await pair.client.createUnidirectionalStream();
    stream.end('{"a": [1, 2]}');
    expect(await (await next(pair.peer)).json()).toEqual({ a: [1, 2] });
  });

  test('more than the limit is ERR_QUIC_STREAM_TOO_LARGE, and the sender is stopped', async () => {
    const stream = await pair.client.createUnidirectionalStream();
    const stopped = once(stream, 'error');
    stream.write(pattern(2000));
    const error = await failure((await next(pair.peer)).bytes({ limit: 1999 }));
    expect(error).toMatchObject({ name: 'QuicError', code: 'ERR_QUIC_STREAM_TOO_LARGE' });
    expect((await stopped)[0]).toMatchObject({ code: 'ERR_QUIC_STREAM_STOPPED' });
  });

  test('bytes() can be aborted', async () => {
    const { far } = await pair.bidi('x');
    const abort = new AbortController();
    const reading = far.bytes({ signal: abort.signal });
    abort.abort();
    expect(await failure(reading)).toMatchObject({ name: 'AbortError' });
  });

  test('Web streams', async () => {
    const near = await pair.client.createBidirectionalStream();
    const writer = near.toWeb().writable.getWriter();
    await writer.write(Buffer.from('web'));
    await writer.close();
    const far = (await next(pair.peer)) as QuicStream;
    const reader = far.toWeb().readable.getReader();
    const { value } = await reader.read();
    expect(Buffer.from(value ?? []).toString()).toBe('web');
    expect((await reader.read()).done).toBe(true);
    far.end('and back');
    expect(await near.text()).toBe('and back');
  });

  test('pipeline() through both ends', async () => {
    const sent = pattern(1_000_000);
    const stream = await pair.client.createUnidirectionalStream();
    const chunks: Buffer[] = [];
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    });
    const source = Readable.from(
      (function* () {
        for (let i = 0; i < sent.length; i += 10_000) yield sent.subarray(i, i + 10_000);
      })(),
    );
    await Promise.all([pipeline(source, stream), pipeline(await next(pair.peer), sink)]);
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);
  });
});

describe('request()', () => {
  test('a body in parts', async () => {
    echo();
    expect((await pair.client.request(['a', Buffer.from('b'), 'c'])).toString()).toBe('abc');
  });

  test('a body that fails resets the stream', async () => {
    const body = (function* () {
      yield 'a';
      throw new Error('no more');
    })();
    const answer = failure(pair.client.request(body));
    const far = (await next(pair.peer)) as QuicStream;
    const reading = failure(far.bytes());
    expect(await answer).toMatchObject({ message: 'no more' });
    expect(await reading).toMatchObject({ code: 'ERR_QUIC_STREAM_RESET' });
  });

  test('an answer beyond the limit', async () => {
    echo();
    const error = await failure(pair.client.request(pattern(5000), { limit: 4999 }));
    expect(error).toMatchObject({ code: 'ERR_QUIC_STREAM_TOO_LARGE' });
  });
});
