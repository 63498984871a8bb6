// SPDX-License-Identifier: MIT
//
// A machine without memory, as net.quic.quic_mem has it (docs/memory.md), or without a route: what asks for
// something new fails with an error, what is under way waits, and everything works when it is over.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, listen, type QuicStream } from '../../lib/index.js';
import { Pair, clientOptions, failure, pattern, serverOptions } from './support/pair.js';
import { RawPair } from './support/raw-pair.js';

const ERROR = { code: 'ENOMEM', errno: -12 };

/** Whether `promise` is still pending after a while. */
function waits(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([promise.then(() => false), delay(200, true)]);
}

describe('without memory', () => {
  const LIMITS = '/proc/sys/net/quic/quic_mem';
  const limits = fs.readFileSync(LIMITS, 'utf8');
  /** What nobody reads: the kernel takes memory a megabyte at a time, for each processor. */
  const UNREAD = 65_535 * 16;
  const eaters: RawPair[] = [];
  let pair: Pair;
  let near: QuicStream;
  let far: QuicStream;

  function noMemory(): void {
    fs.writeFileSync(LIMITS, '1 1 1');
  }

  function enoughMemory(): void {
    fs.writeFileSync(LIMITS, limits);
  }

  beforeEach(async () => {
    pair = await Pair.open();
    ({ near, far } = await pair.bidi('x'));
    for (let i = 0; i < 4; i++) {
      const eater = await RawPair.open();
      eaters.push(eater);
      const id = await eater.client.waitOpenStream('bidi');
      await eater.client.waitSend(Buffer.alloc(UNREAD), { stream: { id } });
    }
  });

  afterEach(async () => {
    enoughMemory();
    for (const eater of eaters.splice(0)) eater.close();
    await pair.close();
  });

  test('S10.2 connect() fails, and succeeds when there is some again', async () => {
    noMemory();
    const error = await failure(connect(clientOptions(pair.server)));
    expect(error).toMatchObject({ ...ERROR, syscall: 'connect', address: '127.0.0.1' });
    expect(error.message).toMatch(/^connect ENOMEM 127\.0\.0\.1:\d+$/);
    enoughMemory();
    const connection = await connect(clientOptions(pair.server));
    await connection.close();
  });

  test('S10.2 listen() works, for clients that come later', async () => {
    noMemory();
    const server = await listen(serverOptions());
    enoughMemory();
    const connection = await connect(clientOptions(server));
    await connection.close();
    await server.close();
  });

  test('S10.2 opening a stream fails, alone and with a request', async () => {
    const opens = [
      () => pair.client.createBidirectionalStream(),
      () => pair.client.createUnidirectionalStream(),
      () => pair.client.request('x'),
    ];
    noMemory();
    // The connection has a little left before.
    const sent = near.send(pattern(2_000_000));
    for (const open of opens) {
      const error = await failure(open());
      expect(error).toMatchObject({ ...ERROR, syscall: 'getsockopt' });
      expect(error.message).toBe('getsockopt ENOMEM');
    }
    enoughMemory();
    far.resume();
    await sent;
    expect((await pair.client.createUnidirectionalStream()).direction).toBe('uni');
  });

  test('S10.2 what is written waits, and arrives whole when there is memory again', async () => {
    const bytes = pattern(2_000_000);
    noMemory();
    const sent = near.send(bytes, { fin: true });
    expect(await waits(sent)).toBe(true);
    enoughMemory();
    const received = far.bytes({ limit: 3_000_000 });
    await sent;
    expect((await received).equals(Buffer.concat([Buffer.from('x'), bytes]))).toBe(true);
  });

  test('S10.2 a file that is sent waits too', async () => {
    const file = path.join(process.env['KQUIC_TEST_CERTS'] ?? '', 'two-megabytes');
    fs.writeFileSync(file, pattern(2_000_000));
    noMemory();
    const sent = near.sendFile(file, { fin: true });
    expect(await waits(sent)).toBe(true);
    enoughMemory();
    const received = far.bytes({ limit: 3_000_000 });
    expect(await sent).toBe(2_000_000);
    expect((await received).length).toBe(2_000_001);
  });

  test('a write that waits can be given up, and closing does not wait for memory', async () => {
    noMemory();
    const abort = new AbortController();
    const sent = failure(near.send(pattern(2_000_000), { signal: abort.signal }));
    abort.abort();
    expect(await sent).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
    expect((await pair.client.close({ code: 3 })).by).toBe('local');
  });
});

describe('without a route', () => {
  const ADDRESS = '192.0.2.77';

  function ip(action: 'add' | 'del'): void {
    execFileSync('ip', ['address', action, `${ADDRESS}/32`, 'dev', 'lo']);
  }

  beforeEach(() => {
    ip('add');
  });

  test('S3.26 what is written meanwhile arrives when there is one again', async () => {
    const pair = await Pair.open({ host: ADDRESS });
    const { near, far } = await pair.bidi('before');
    ip('del');
    const sent = near.send(' meanwhile');
    ip('add');
    await sent;
    await near.send(' after', { fin: true });
    expect(await far.text()).toBe('before meanwhile after');
    await pair.close();
    ip('del');
  });
});
