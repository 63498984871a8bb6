// SPDX-License-Identifier: MIT
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { connect, type QuicError, type QuicStream, type ReceiveStream } from '../../lib/index.js';
import * as steps from '../../lib/socket/handshake.js';
import { Pair, clientOptions, failure, next, pattern } from './support/pair.js';

let pair: Pair;

beforeEach(async () => {
  pair = await Pair.open();
});

afterEach(async () => {
  await pair.close();
});

async function error(stream: QuicStream | ReceiveStream): Promise<QuicError> {
  return ((await once(stream, 'error')) as [QuicError])[0];
}

/** Without a listener for 'error', which events.once() adds. */
function closed(stream: QuicStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.on('close', resolve);
  });
}

describe('RESET_STREAM', () => {
  test('the reader gets the code', async () => {
    const stream = await pair.client.createUnidirectionalStream();
    stream.write('x');
    const far = await next(pair.peer);
    const reading = failure(far.bytes());
    stream.reset(77);
    expect(await reading).toMatchObject({ code: 'ERR_QUIC_STREAM_RESET', errorCode: 77 });
    expect(far.destroyed).toBe(true);
    expect(stream.destroyed).toBe(true);
  });

  test('of a bidirectional stream takes back nothing of the other direction', async () => {
    const { near, far } = await pair.bidi('x');
    far.end('still here');
    near.reset(5);
    expect(await near.text()).toBe('still here');
  });

  test('nobody listening: no error event, no crash', async () => {
    const { near, far } = await pair.bidi('x');
    near.reset(9);
    await closed(far);
    expect(far.errored).toMatchObject({ code: 'ERR_QUIC_STREAM_RESET', errorCode: 9 });
    expect(await failure(far.bytes())).toMatchObject({ code: 'ERR_QUIC_STREAM_RESET' });
  });

  test('destroy() is a reset with code 0', async () => {
    const { near, far } = await pair.bidi('x');
    const gone = error(far);
    near.destroy();
    expect(await gone).toMatchObject({ code: 'ERR_QUIC_STREAM_RESET', errorCode: 0 });
  });

  test('after end() destroy() takes nothing back', async () => {
    const sent = pattern(100_000);
    const stream = await pair.client.createUnidirectionalStream();
    const finished = once(stream, 'finish');
    stream.end(sent);
    await finished;
    stream.destroy();
    expect((await (await next(pair.peer)).bytes()).equals(sent)).toBe(true);
  });

  test('codes are checked', async () => {
    const stream = await pair.client.createUnidirectionalStream();
    expect(() => {
      stream.reset(-1);
    }).toThrow('"code"');
    expect(() => {
      stream.reset(2 ** 32);
    }).toThrow('"code"');
    stream.reset(2 ** 32 - 1);
  });
});

test('a stream that is reset while the server’s handshake ends is told', async () => {
  const original = steps.handshake;
  let goOn: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const spy = jest.spyOn(steps, 'handshake').mockImplementation(async (socket, ...rest) => {
    const result = await original(socket, ...rest);
    if (rest[1].server) await held;
    return result;
  });
  const accepted = next(pair.server);
  const client = await connect(clientOptions(pair.server));
  spy.mockRestore();
  const near = await client.createUnidirectionalStream();
  const acknowledged = new Promise<void>((resolve) => {
    subscribe('kquic:stream:close', function onClose(message) {
      if ((message as { stream: unknown }).stream !== near) return;
      unsubscribe('kquic:stream:close', onClose);
      resolve();
    });
  });
  near.write('x');
  near.reset(7);
  await acknowledged;
  goOn();
  const peer = await accepted;
  const told = new Promise<QuicError>((resolve) => {
    peer.on('stream', (stream) => stream.on('error', resolve));
  });
  expect(await told).toMatchObject({ code: 'ERR_QUIC_STREAM_RESET', errorCode: 7 });
  client.destroy();
});

describe('STOP_SENDING', () => {
  test('the writer gets the code', async () => {
    const stream = await pair.client.createUnidirectionalStream();
    const stopped = once(stream, 'error') as Promise<[QuicError]>;
    stream.write('x');
    (await next(pair.peer)).stopSending(33);
    expect((await stopped)[0]).toMatchObject({ code: 'ERR_QUIC_STREAM_STOPPED', errorCode: 33 });
    expect(await failure(stream.send('more'))).toMatchObject({
      name: expect.any(String) as string,
    });
  });

  test('a send() that waits rejects', async () => {
    const stream = await pair.client.createUnidirectionalStream();
    const sending = failure(stream.send(Buffer.alloc(64 * 1024 * 1024)));
    (await next(pair.peer)).stopSending(4);
    expect(await sending).toMatchObject({ code: 'ERR_QUIC_STREAM_STOPPED', errorCode: 4 });
  });

  test('pipeline() into the stream rejects', async () => {
    const { near, far } = await pair.bidi('x');
    const endless = new Readable({
      read() {
        this.push(Buffer.alloc(10_000));
      },
    });
    const piping = failure(pipeline(endless, near));
    far.stopSending(6);
    expect(await piping).toMatchObject({ code: 'ERR_QUIC_STREAM_STOPPED', errorCode: 6 });
  });

  test('whoever is reading can read to the end', async () => {
    const { near, far } = await pair.bidi('x');
    const reading = near.bytes();
    far.write('first ');
    far.stopSending(8);
    await failure(near.send(Buffer.alloc(64 * 1024 * 1024)));
    far.end('last');
    expect((await reading).toString()).toBe('first last');
    await closed(near);
  });

  test('whoever reads later gets every byte and the end', async () => {
    const { near, far } = await pair.bidi('x');
    const stopped = failure(near.send(Buffer.alloc(64 * 1024 * 1024)));
    far.stopSending(8);
    far.end('an answer');
    expect(await stopped).toMatchObject({ code: 'ERR_QUIC_STREAM_STOPPED', errorCode: 8 });
    expect(await failure(near.send('more'))).toMatchObject({ code: 'ERR_QUIC_STREAM_STOPPED' });
    expect(await near.text()).toBe('an answer');
    await closed(near);
  });

  test('a request whose sender wants no answer is there for whoever comes late', async () => {
    const near = await pair.client.createBidirectionalStream();
    near.end('a request');
    near.stopSending(8);
    // A stream that comes after it: the peer has seen what became of the first one.
    const second = await pair.client.createUnidirectionalStream();
    second.end('done');
    const streams = pair.peer[Symbol.asyncIterator]();
    const far = (await streams.next()).value as QuicStream;
    await ((await streams.next()).value as QuicStream).text();
    expect(await far.text()).toBe('a request');
    await closed(far);
  });

  test('who only writes is not kept waiting', async () => {
    const { near, far } = await pair.bidi('x');
    far.stopSending(9);
    const refused = once(near, 'error') as Promise<[QuicError]>;
    near.end(Buffer.alloc(64 * 1024 * 1024));
    expect((await refused)[0]).toMatchObject({ code: 'ERR_QUIC_STREAM_STOPPED', errorCode: 9 });
    await closed(near);
  });

  test('destroying a reader stops the writer', async () => {
    const stream = await pair.client.createUnidirectionalStream();
    const stopped = once(stream, 'error') as Promise<[QuicError]>;
    stream.write('x');
    (await next(pair.peer)).destroy();
    expect((await stopped)[0]).toMatchObject({ code: 'ERR_QUIC_STREAM_STOPPED' });
  });
});

test('streams that were given up free their place', async () => {
  pair.peer.on('stream', (stream) => {
    stream.stopSending(1);
    stream.destroy();
  });
  for (let i = 0; i < 250; i++) {
    const stream = await pair.client.createBidirectionalStream();
    stream.write('x');
    await closed(stream);
  }
});
