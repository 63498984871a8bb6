// SPDX-License-Identifier: MIT
//
// for await: over connections, over streams, over a stream's bytes.
import { on, once } from 'node:events';
import { connect, listen, type QuicConnection } from '../../lib/index.js';
import { Pair, clientOptions, failure, next, serverOptions } from './support/pair.js';

describe('over the streams of a connection', () => {
  let pair: Pair;

  beforeEach(async () => {
    pair = await Pair.open();
  });

  afterEach(async () => {
    await pair.close();
  });

  async function open(text: string): Promise<void> {
    const stream = await pair.client.createUnidirectionalStream();
    stream.end(text);
  }

  test('break and throw close nothing, and another loop goes on', async () => {
    await open('one');
    await open('two');
    expect(await (await next(pair.peer)).text()).toBe('one');
    const thrown = new Error('mine');
    const looping = async (): Promise<void> => {
      for await (const stream of pair.peer) {
        expect(await stream.text()).toBe('two');
        throw thrown;
      }
    };
    expect(await failure(looping())).toBe(thrown);
    await open('three');
    expect(await (await next(pair.peer)).text()).toBe('three');
  });

  test('each stream goes to one loop only', async () => {
    const seen: number[] = [];
    const loop = async (): Promise<void> => {
      for await (const stream of pair.peer) seen.push(stream.resume().id);
    };
    const loops = [loop(), loop()];
    for (let i = 0; i < 4; i++) await open('x');
    await pair.client.close();
    await Promise.all(loops);
    expect(seen.sort((a, b) => a - b)).toEqual([2, 6, 10, 14]);
  });

  test('return() settles a next() that waits, which takes no stream with it', async () => {
    const iterator = pair.peer[Symbol.asyncIterator]();
    const waiting = iterator.next();
    await iterator.return?.();
    expect(await waiting).toEqual({ value: undefined, done: true });
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
    await open('not lost');
    expect(await (await next(pair.peer)).text()).toBe('not lost');
  });

  test('what a listener got does not come to a loop', async () => {
    const heard = once(pair.peer, 'stream');
    await open('for the listener');
    const [first] = (await heard) as [{ id: number; resume(): void }];
    first.resume();
    await open('for the loop');
    expect(await (await next(pair.peer)).text()).toBe('for the loop');
  });

  test('events.on() takes a signal', async () => {
    const abort = new AbortController();
    const looping = (async () => {
      for await (const [stream] of on(pair.peer, 'stream', { signal: abort.signal })) {
        (stream as { resume(): void }).resume();
        abort.abort();
      }
    })();
    await open('x');
    expect(await failure(looping)).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
  });
});

describe('over the connections of a server', () => {
  test('a handler that came later gets what nobody has taken', async () => {
    const handled: QuicConnection[] = [];
    const server = await listen(serverOptions(), (connection) => handled.push(connection));
    const iterated = next(server);
    const first = await connect(clientOptions(server));
    expect(handled).toEqual([await iterated]);
    // Nobody iterates any more: the handler's are the handler's.
    const arrived = once(server, 'connection');
    const second = await connect(clientOptions(server));
    await arrived;
    const later = next(server);
    const third = await connect(clientOptions(server));
    expect(await later).toBe(handled[2]);
    for (const client of [first, second, third]) client.destroy();
    await server.close();
  });

  test('closing the server ends the loop', async () => {
    const server = await listen(serverOptions());
    const looping = (async () => {
      for await (const connection of server) connection.destroy();
    })();
    await server.close();
    await looping;
  });
});

describe('over the bytes of a stream', () => {
  let pair: Pair;

  beforeEach(async () => {
    pair = await Pair.open({ maxStreamData: 65_536 });
  });

  afterEach(async () => {
    await pair.close();
  });

  test('break is STOP_SENDING, and an answer can still be written', async () => {
    const { near, far } = await pair.bidi('question');
    for await (const chunk of far) {
      expect(chunk.toString()).toBe('question');
      break;
    }
    far.end('answer');
    expect(await near.text()).toBe('answer');
    expect(await failure(near.send(Buffer.alloc(300_000)))).toMatchObject({
      code: 'ERR_QUIC_STREAM_STOPPED',
    });
  });

  test('break on a stream of one direction destroys it', async () => {
    const stream = await pair.client.createUnidirectionalStream();
    stream.write('x');
    const far = await next(pair.peer);
    for await (const chunk of far) {
      expect(String(chunk)).toBe('x');
      break;
    }
    expect(far.destroyed).toBe(true);
    expect(await failure(stream.send(Buffer.alloc(300_000)))).toMatchObject({
      code: 'ERR_QUIC_STREAM_STOPPED',
    });
  });

  test('a reset throws', async () => {
    const { near, far } = await pair.bidi('x');
    const reading = (async () => {
      for await (const chunk of far) expect(chunk.length).toBe(1);
    })();
    near.reset(9);
    expect(await failure(reading)).toMatchObject({ code: 'ERR_QUIC_STREAM_RESET', errorCode: 9 });
  });
});
