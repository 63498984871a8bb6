// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import { fork } from 'node:child_process';
import * as path from 'node:path';
import { connect, listen, type QuicStream } from '../../lib/index.js';
import { Pair, clientOptions, failure, next, pattern, serverOptions } from './support/pair.js';

describe('close()', () => {
  test('code and reason reach the peer', async () => {
    const pair = await Pair.open();
    const info = await pair.client.close({ code: 77, reason: 'going away' });
    expect(info).toEqual({ by: 'local', code: 77, reason: 'going away' });
    expect(await pair.peer.closed).toMatchObject({
      by: 'peer',
      code: 77,
      reason: 'going away',
      error: { code: 'ERR_QUIC_APPLICATION_ERROR', errorCode: 77, reason: 'going away' },
    });
    await pair.close();
  });

  test('code 0 is an orderly end', async () => {
    const pair = await Pair.open();
    await pair.peer.close();
    expect(await pair.client.closed).toEqual({ by: 'peer', code: 0, reason: '' });
    await pair.close();
  });

  test('waits for streams that were ended', async () => {
    const pair = await Pair.open();
    const sent = pattern(2_000_000);
    const stream = await pair.client.createUnidirectionalStream();
    stream.end(sent);
    const closing = pair.client.close({ timeout: 60_000 });
    const received = await (await next(pair.peer)).bytes({ limit: sent.length });
    expect(received.equals(sent)).toBe(true);
    expect((await closing).by).toBe('local');
    await pair.close();
  });

  test('what arrived before the close can still be read', async () => {
    const pair = await Pair.open();
    const stream = await pair.client.createUnidirectionalStream();
    stream.end('last words');
    await pair.client.close();
    await pair.peer.closed;
    expect(await (await next(pair.peer)).text()).toBe('last words');
    await pair.close();
  });

  test('whoever leaves right after its own handshake is told apart from whoever fails (RFC 9000, 10.2.3)', async () => {
    const server = await listen(serverOptions());
    for (let code = 1; code <= 10; code++) {
      const accepted = next(server);
      const client = await connect(clientOptions(server));
      void client.close({ code, reason: 'no time' });
      const info = await (await accepted).closed;
      expect(info).toMatchObject({ by: 'peer', code, reason: 'no time' });
    }
    await server.close({ timeout: 0 });
  });

  test('bad options are refused by name', async () => {
    const pair = await Pair.open();
    expect(await failure(pair.client.close({ code: -1 }))).toMatchObject({
      code: 'ERR_OUT_OF_RANGE',
    });
    expect(await failure(pair.client.close({ reason: 5 as never }))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
    await pair.close();
  });

  test('afterwards nothing can be opened', async () => {
    const pair = await Pair.open();
    await pair.client.close();
    for (const opening of [
      pair.client.createBidirectionalStream(),
      pair.client.createUnidirectionalStream(),
      pair.client.request('x'),
    ]) {
      expect(await failure(opening)).toMatchObject({ code: 'ERR_QUIC_CLOSED' });
    }
    await pair.close();
  });

  test('emits close once, with what closed settles with', async () => {
    const pair = await Pair.open();
    const events: unknown[] = [];
    pair.client.on('close', (info) => events.push(info));
    const info = await pair.client.close({ code: 1 });
    pair.client.destroy();
    await new Promise(setImmediate);
    expect(events).toEqual([info]);
    await pair.close();
  });
});

describe('when the connection ends', () => {
  test('unfinished streams fail, on both ends', async () => {
    const pair = await Pair.open();
    const { near, far } = await pair.bidi('x');
    const failures = [failure(near.bytes()), failure(far.bytes())];
    pair.client.destroy();
    expect(await Promise.all(failures)).toEqual([
      expect.objectContaining({ code: 'ERR_QUIC_CLOSED' }),
      expect.objectContaining({ code: 'ERR_QUIC_CLOSED' }),
    ]);
    await pair.close();
  });

  test('whoever waits for a stream is told', async () => {
    const pair = await Pair.open({ maxBidiStreams: 1 });
    await pair.client.createBidirectionalStream();
    const waiting = failure(pair.client.createBidirectionalStream());
    await pair.peer.close({ code: 3 });
    expect(await waiting).toMatchObject({ code: 'ERR_QUIC_APPLICATION_ERROR', errorCode: 3 });
    await pair.close();
  });

  test('iteration ends', async () => {
    const pair = await Pair.open();
    const seen: number[] = [];
    const iterating = (async () => {
      for await (const stream of pair.peer) seen.push(stream.id);
    })();
    const stream = await pair.client.createUnidirectionalStream();
    stream.end('x');
    await pair.client.close();
    await iterating;
    expect(seen).toEqual([2]);
    await pair.close();
  });

  test('destroy(error) gives its error to what is unfinished', async () => {
    const pair = await Pair.open();
    const { near } = await pair.bidi('x');
    const reading = failure(near.bytes());
    const cause = new Error('mine');
    pair.client.destroy(cause);
    expect(await reading).toMatchObject({ code: 'ERR_QUIC_CLOSED', cause });
    expect(await pair.client.closed).toMatchObject({ by: 'local', error: { cause } });
    await pair.close();
  });

  test('await using closes', async () => {
    const server = await listen(serverOptions());
    const accepted = next(server);
    const client = await connect(clientOptions(server));
    const peer = await accepted;
    await client[Symbol.asyncDispose]();
    expect(await peer.closed).toMatchObject({ by: 'peer', code: 0 });
    await server[Symbol.asyncDispose]();
    expect(server.listening).toBe(false);
  });
});

test('a peer that falls silent is ERR_QUIC_IDLE_TIMEOUT', async () => {
  const pair = await Pair.open({ maxIdleTimeout: 3000 });
  const { near } = await pair.bidi('x');
  const reading = failure(near.bytes());
  const info = await pair.client.closed;
  expect(info).toMatchObject({ by: 'timeout', error: { code: 'ERR_QUIC_IDLE_TIMEOUT' } });
  expect(await reading).toMatchObject({ code: 'ERR_QUIC_IDLE_TIMEOUT' });
  await pair.close();
});

test('a peer that is killed in a transfer leaves an error', async () => {
  const server = await listen(serverOptions({ maxIdleTimeout: 5000 }));
  const accepted = next(server);
  const { port } = server.address();
  const child = fork(path.join(__dirname, 'support/endless-writer.js'), [String(port)]);
  const connection = await accepted;
  const stream = (await next(connection)) as QuicStream;
  const reading = failure(stream.bytes({ limit: 2 ** 40 }));
  await once(child, 'message');
  child.kill('SIGKILL');
  expect(await reading).toMatchObject({ name: 'QuicError' });
  expect(['peer', 'timeout']).toContain((await connection.closed).by);
  await server.close({ timeout: 0 });
});
