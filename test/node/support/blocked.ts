// SPDX-License-Identifier: MIT
//
// Programs for 41.idle.test.ts: each brings both ends of a connection to where nothing can happen any more, and prints
// how often the process woke up after that, beside how often it does without a connection.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { listen, type QuicStream } from '../../../lib/index.js';
import { Pair, next, serverOptions } from './pair.js';

const ROUNDS = 10;
const PAUSE = 50;
const TRIES = 8;
const WINDOW = 64 * 1024;

export interface Wakeups {
  /** Iterations of the event loop. */
  loops: number;
  /** How often the main thread went to sleep: each system call that waits is one at least. */
  sleeps: number;
}

function count(): Wakeups {
  const { uvMetricsInfo } = performance.nodeTiming as unknown as {
    uvMetricsInfo: { loopCount: number };
  };
  const status = readFileSync(`/proc/self/task/${process.pid}/status`, 'utf8');
  const sleeps = Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1]);
  return { loops: uvMetricsInfo.loopCount, sleeps };
}

/** Ten timers, and whatever else wakes this process meanwhile. */
async function wakeups(): Promise<Wakeups> {
  await delay(PAUSE);
  const before = count();
  for (let i = 0; i < ROUNDS; i++) await delay(PAUSE);
  const after = count();
  return { loops: after.loops - before.loops, sleeps: after.sleeps - before.sleeps };
}

/** Writes until the callback of a write does not come any more. */
async function fill(stream: QuicStream): Promise<void> {
  const piece = Buffer.alloc(16 * 1024);
  for (;;) {
    const done = new Promise<boolean>((resolve) => {
      stream.write(piece, () => {
        resolve(true);
      });
    });
    if (!(await Promise.race([done, delay(500, false)]))) return;
  }
}

/** Each returns how to end. */
const SITUATIONS: Record<string, () => Promise<() => Promise<void>>> = {
  async listening() {
    const server = await listen(serverOptions());
    return () => server.close();
  },

  async connected() {
    const pair = await Pair.open();
    return () => pair.close();
  },

  async 'stream-credit'() {
    const pair = await Pair.open({ maxData: 16 * WINDOW, maxStreamData: WINDOW });
    await fill((await pair.bidi('x')).near);
    return () => pair.close();
  },

  async 'connection-credit'() {
    const pair = await Pair.open({ maxData: WINDOW, maxStreamData: 16 * WINDOW });
    await fill((await pair.bidi('x')).near);
    return () => pair.close();
  },

  async 'streams-that-nobody-takes'() {
    const pair = await Pair.open({ maxData: 4 * WINDOW, maxStreamData: WINDOW });
    for (let i = 0; i < 8; i++) await fill(await pair.client.createBidirectionalStream());
    return () => pair.close();
  },

  async 'stream-limit'() {
    const pair = await Pair.open({ maxBidiStreams: 1 });
    await pair.bidi('x');
    pair.client.createBidirectionalStream().catch(() => undefined);
    return () => pair.close();
  },

  async 'both-directions'() {
    const windows = { maxData: 4 * WINDOW, maxStreamData: WINDOW };
    const pair = await Pair.open(windows, windows);
    const near = await pair.client.createBidirectionalStream();
    near.write('x');
    const far = (await next(pair.peer)) as QuicStream;
    await Promise.all([fill(near), fill(far)]);
    return () => pair.close();
  },
};

async function main(): Promise<void> {
  const situation = SITUATIONS[process.argv[2] ?? ''];
  if (situation === undefined) throw new Error('which situation?');
  const alone = await wakeups();
  const end = await situation();
  let blocked = await wakeups();
  // On a busy machine something may still have been on its way. What goes round for ever does not stop for that.
  for (let i = 1; i < TRIES && blocked.loops + blocked.sleeps > alone.loops + alone.sleeps; i++) {
    blocked = await wakeups();
  }
  console.log(JSON.stringify({ alone, blocked }));
  await end();
}

void main();
