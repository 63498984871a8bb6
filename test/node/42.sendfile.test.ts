// SPDX-License-Identifier: MIT
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { open, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import type { ListenOptions } from '../../lib/index.js';
import { systemError } from '../../lib/errors.js';
import { ENOPROTOOPT } from '../../lib/errno.js';
import { QuicSocket } from '../../lib/socket/index.js';
import { Pair, failure, next, pattern } from './support/pair.js';

const SIZE = 1_500_000;
const content = pattern(SIZE);
const directory = mkdtempSync(join(tmpdir(), 'kquic-'));
const path = join(directory, 'file');
/** Less than the file, also together with what the reading end keeps by itself. */
const LITTLE = { maxData: 256 * 1024, maxStreamData: 64 * 1024 };
let pair: Pair;

beforeAll(() => {
  writeFileSync(path, content);
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

afterEach(async () => {
  jest.restoreAllMocks();
  await pair.close();
});

async function connected(options: Partial<ListenOptions> = {}): Promise<void> {
  pair = await Pair.open(options);
}

/** As on a module whose streams cannot be sockets. */
function withoutPeelOff(): void {
  jest.spyOn(QuicSocket.prototype, 'peelOff').mockImplementation(() => {
    throw systemError('getsockopt', -ENOPROTOOPT);
  });
}

/** Descriptors of this process that are sockets or the file. */
async function descriptors(): Promise<number> {
  let count = 0;
  for (const fd of readdirSync('/proc/self/fd')) {
    const target = await readlink(`/proc/self/fd/${fd}`).catch(() => '');
    if (target.startsWith('socket:') || target === path) count++;
  }
  return count;
}

describe.each(['by the kernel', 'without peel-off'])('sendFile %s', (way) => {
  beforeEach(() => {
    if (way === 'without peel-off') withoutPeelOff();
  });

  test('a whole file, and the stream ends as before', async () => {
    await connected();
    const before = await descriptors();
    const stream = await pair.client.createUnidirectionalStream();
    const sending = stream.sendFile(path);
    const far = await next(pair.peer);
    const received = far.bytes({ limit: SIZE });
    expect(await sending).toBe(SIZE);
    stream.end();
    expect((await received).equals(content)).toBe(true);
    expect(await descriptors()).toBe(before);
  });

  test('in its place among other writes, in both directions', async () => {
    await connected();
    const { near, far } = await pair.bidi('first ');
    near.write('second ');
    const sent = near.sendFile(path, { offset: 1000, length: 5 });
    near.write(' third ');
    const again = near.sendFile(path, { offset: 2000, length: 5 });
    near.end('last');
    far.end('answer');
    const [text, answer] = await Promise.all([far.bytes(), near.text()]);
    const expected = Buffer.concat([
      Buffer.from('first second '),
      content.subarray(1000, 1005),
      Buffer.from(' third '),
      content.subarray(2000, 2005),
      Buffer.from('last'),
    ]);
    expect(text.equals(expected)).toBe(true);
    expect(answer).toBe('answer');
    expect(await Promise.all([sent, again])).toEqual([5, 5]);
  });

  test('to the end of the file where that comes sooner, with FIN behind it', async () => {
    await connected();
    const stream = await pair.client.createUnidirectionalStream();
    const sent = stream.sendFile(pathToFileURL(path), { offset: SIZE - 7, length: 100, fin: true });
    const far = await next(pair.peer);
    expect((await far.bytes()).equals(content.subarray(SIZE - 7))).toBe(true);
    expect(await sent).toBe(7);
    expect(stream.writableFinished).toBe(true);
  });

  test('of a file that ends before the offset nothing', async () => {
    await connected();
    const { near, far } = await pair.bidi('x');
    expect(await near.sendFile(path, { offset: SIZE + 1 })).toBe(0);
    expect(await near.sendFile(path, { length: 0 })).toBe(0);
    near.end('y');
    expect(await far.text()).toBe('xy');
  });

  test('a FileHandle stays open where it was', async () => {
    await connected();
    const handle = await open(path);
    const stream = await pair.client.createUnidirectionalStream();
    expect(await stream.sendFile(handle, { offset: 10, length: 10, fin: true })).toBe(10);
    const far = await next(pair.peer);
    expect((await far.bytes()).equals(content.subarray(10, 20))).toBe(true);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(4), 0, 4);
    expect(buffer.subarray(0, bytesRead).equals(content.subarray(0, 4))).toBe(true);
    await handle.close();
  });

  test('waits for a reader', async () => {
    await connected(LITTLE);
    const { near, far } = await pair.bidi('x');
    const sending = near.sendFile(path, { fin: true });
    expect(await Promise.race([sending, delay(500, 'waits')])).toBe('waits');
    expect((await far.bytes({ limit: SIZE + 1 })).subarray(1).equals(content)).toBe(true);
    expect(await sending).toBe(SIZE);
  });

  test('rejects when the peer stops reading', async () => {
    await connected(LITTLE);
    const before = await descriptors();
    const stream = await pair.client.createUnidirectionalStream();
    const sending = failure(stream.sendFile(path));
    (await next(pair.peer)).stopSending(42);
    expect(await sending).toMatchObject({
      code: 'ERR_QUIC_STREAM_STOPPED',
      message: `the peer stopped reading stream ${stream.id} (code 42)`,
      errorCode: 42,
    });
    expect(stream.destroyed).toBe(true);
    expect(await descriptors()).toBe(before);
  });

  test('rejects when the peer closes the connection', async () => {
    await connected(LITTLE);
    const stream = await pair.client.createUnidirectionalStream();
    const sending = failure(stream.sendFile(path));
    await next(pair.peer);
    await pair.peer.close({ code: 7, reason: 'enough', timeout: 0 });
    expect(await sending).toMatchObject({ code: 'ERR_QUIC_APPLICATION_ERROR', errorCode: 7 });
  });

  test('the peer sees this end close the connection, whatever is being sent', async () => {
    await connected(LITTLE);
    const stream = await pair.client.createUnidirectionalStream();
    const sending = failure(stream.sendFile(path));
    const far = await next(pair.peer);
    const reading = failure(far.bytes({ limit: SIZE }));
    pair.client.destroy(new Error('this end'));
    expect(await sending).toMatchObject({ code: 'ERR_QUIC_CLOSED' });
    expect(await reading).toMatchObject({ code: 'ERR_QUIC_CLOSED' });
    expect(await pair.peer.closed).toMatchObject({ by: 'peer' });
  });

  test('aborting destroys the stream', async () => {
    await connected(LITTLE);
    const abort = new AbortController();
    const stream = await pair.client.createUnidirectionalStream();
    const sending = failure(stream.sendFile(path, { signal: abort.signal }));
    const far = await next(pair.peer);
    const reading = failure(far.bytes({ limit: SIZE }));
    abort.abort(new Error('why'));
    expect(await sending).toMatchObject({
      name: 'AbortError',
      code: 'ABORT_ERR',
      cause: new Error('why'),
    });
    expect(await reading).toMatchObject({ code: 'ERR_QUIC_STREAM_RESET', errorCode: 0 });
  });
});

describe('what is wrong with the file', () => {
  test('a missing one is told with the file system’s own error, and the stream goes on', async () => {
    await connected();
    const { near, far } = await pair.bidi('x');
    const missing = join(directory, 'missing');
    expect(await failure(near.sendFile(missing))).toMatchObject({
      code: 'ENOENT',
      syscall: 'open',
      path: missing,
    });
    near.end('y');
    expect(await far.text()).toBe('xy');
  });

  test('with fin the stream is reset: it must not look complete', async () => {
    await connected();
    const { near, far } = await pair.bidi('x');
    const reading = failure(far.bytes());
    const error = await failure(near.sendFile(join(directory, 'missing'), { fin: true }));
    expect(error).toMatchObject({ code: 'ENOENT' });
    expect(await reading).toMatchObject({ code: 'ERR_QUIC_STREAM_RESET', errorCode: 0 });
  });

  test('what is no regular file is refused', async () => {
    await connected();
    const { near } = await pair.bidi('x');
    expect(await failure(near.sendFile(directory))).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringMatching(
        /^The "source" option is invalid: it is no regular file; use stream.pipeline\(\)\. Received/,
      ) as string,
    });
  });

  test.each([
    [{ offset: -1 }, 'ERR_OUT_OF_RANGE', /^The "offset" option is out of range/],
    [{ offset: 0.5 }, 'ERR_OUT_OF_RANGE', /^The "offset" option is out of range/],
    [{ length: '1' as never }, 'ERR_INVALID_ARG_TYPE', /^The "length" option must be a number/],
    [{ fin: 1 as never }, 'ERR_INVALID_ARG_TYPE', /^The "fin" option must be a boolean/],
    [
      { signal: {} as never },
      'ERR_INVALID_ARG_TYPE',
      /^The "signal" option must be an AbortSignal/,
    ],
  ])('%j is refused', async (options, code, message) => {
    await connected();
    const { near, far } = await pair.bidi('x');
    const error = await failure(near.sendFile(path, options));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
    near.end('y');
    expect(await far.text()).toBe('xy');
  });

  test('a source that is none is refused', async () => {
    await connected();
    const { near } = await pair.bidi('x');
    expect(await failure(near.sendFile(3 as never))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: 'The "source" option must be a path, a file: URL or a FileHandle. Received 3',
    });
  });
});
