// SPDX-License-Identifier: MIT
//
// Every promise can be given up with an AbortSignal, before and in the middle.
import { getEventListeners, once } from 'node:events';
import { connect, listen, type QuicStream } from '../../lib/index.js';
import { Pair, clientOptions, failure, next, pattern, serverOptions } from './support/pair.js';

const REASON = new Error('enough');
const ABORTED = { name: 'AbortError', code: 'ABORT_ERR', cause: REASON };

let pair: Pair;

beforeEach(async () => {
  pair = await Pair.open({ maxBidiStreams: 2, maxUniStreams: 1, maxStreamData: 65_536 });
});

afterEach(async () => {
  await pair.close();
});

function stream(): Promise<QuicStream> {
  return pair.client.createBidirectionalStream();
}

type Call = (signal: AbortSignal) => Promise<unknown>;

const CALLS: [name: string, call: Call][] = [
  ['listen()', (signal) => listen(serverOptions({ signal }))],
  ['connect()', (signal) => connect(clientOptions(pair.server, { signal }))],
  ['createBidirectionalStream()', (signal) => pair.client.createBidirectionalStream({ signal })],
  ['createUnidirectionalStream()', (signal) => pair.client.createUnidirectionalStream({ signal })],
  ['request()', (signal) => pair.client.request('x', { signal })],
  ['send()', async (signal) => (await stream()).send('x', { signal })],
  ['bytes()', async (signal) => (await stream()).bytes({ signal })],
  ['text()', async (signal) => (await stream()).text({ signal })],
  ['json()', async (signal) => (await stream()).json({ signal })],
];

test.each(CALLS)('%s with a signal that is aborted already', async (_name, call) => {
  expect(await failure(call(AbortSignal.abort(REASON)))).toMatchObject(ABORTED);
});

/** Starts `call`, waits for `meanwhile`, and aborts. */
async function abortedDuring(
  call: Call,
  meanwhile: () => Promise<unknown> = () => new Promise(setImmediate),
): Promise<Error & Record<string, unknown>> {
  const abort = new AbortController();
  const outcome = failure(call(abort.signal));
  await meanwhile();
  abort.abort(REASON);
  const error = await outcome;
  expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  return error;
}

test('a stream that waits for credit: the place in the queue is given up', async () => {
  const first = await stream();
  await stream();
  const waits: Call = (signal) => pair.client.createBidirectionalStream({ signal });
  expect(await abortedDuring(waits)).toMatchObject(ABORTED);
  // Credit that comes now is for the next one in the queue.
  const later = pair.client.createBidirectionalStream();
  first.end();
  first.resume();
  const far = await next(pair.peer);
  if (far.direction === 'bidi') far.resume().end();
  expect((await later).id).toBe(8);
});

test('send(): the stream is reset, since what the kernel has cannot be taken back', async () => {
  const near = await stream();
  const error = await abortedDuring((signal) => near.send(pattern(300_000), { signal }));
  expect(error).toMatchObject(ABORTED);
  expect(near.destroyed).toBe(true);
  const far = await next(pair.peer);
  expect(await failure(far.bytes())).toMatchObject({ code: 'ERR_QUIC_STREAM_RESET', errorCode: 0 });
  // The connection goes on.
  expect(await failure(near.send('x'))).toMatchObject({ message: expect.any(String) as string });
  expect((await stream()).destroyed).toBe(false);
});

test('bytes(): the stream is destroyed, and the peer is told to stop', async () => {
  const { near, far } = await pair.bidi('x');
  expect(await abortedDuring((signal) => near.bytes({ signal }))).toMatchObject(ABORTED);
  expect(near.destroyed).toBe(true);
  // RESET_STREAM and STOP_SENDING come together.
  const error = await failure(far.send(pattern(300_000)));
  expect(error['code']).toMatch(/^ERR_QUIC_STREAM_(STOPPED|RESET)$/);
});

test('request(), waiting for its answer', async () => {
  const error = await abortedDuring(
    (signal) => pair.client.request('x', { signal }),
    async () => next(pair.peer),
  );
  expect(error).toMatchObject(ABORTED);
});

test('request(), waiting for its body', async () => {
  let returned = false;
  const body = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<IteratorResult<string>>(() => undefined),
      return: () => {
        returned = true;
        return Promise.resolve({ value: undefined, done: true as const });
      },
    }),
  };
  expect(await abortedDuring((signal) => pair.client.request(body, { signal }))).toMatchObject(
    ABORTED,
  );
  expect(returned).toBe(true);
});

test('connect(), before anything was sent', async () => {
  const attempt: Call = (signal) =>
    connect({ ...clientOptions(pair.server), host: 'localhost', signal });
  expect(await abortedDuring(attempt, () => Promise.resolve())).toMatchObject(ABORTED);
});

test('after success a signal means nothing, but for listen() and fromFd()', async () => {
  const abort = new AbortController();
  const { signal } = abort;
  const server = await listen(serverOptions({ signal }));
  const client = await connect(clientOptions(server, { signal }));
  const open = await client.createBidirectionalStream({ signal });
  await open.send('x', { signal });
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  abort.abort(REASON);
  expect(open.destroyed).toBe(false);
  expect(server.listening).toBe(false);
  client.destroy();
});

test('a server that was closed has let go of its signal', async () => {
  const abort = new AbortController();
  const server = await listen(serverOptions({ signal: abort.signal }));
  await server.close();
  expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
});

test('10,000 uses of one signal leave nothing behind', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): number => warnings.push(warning);
  process.on('warning', note);
  const abort = new AbortController();
  const { signal } = abort;
  const { near, far } = await pair.bidi('x');
  const reading = once(far.resume(), 'end');
  for (let i = 0; i < 20; i++) {
    await Promise.all(Array.from({ length: 500 }, () => near.send('x', { signal })));
  }
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  near.end();
  await reading;
  process.off('warning', note);
  expect(warnings).toEqual([]);
});
