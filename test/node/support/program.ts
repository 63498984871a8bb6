// SPDX-License-Identifier: MIT
//
// Programs for 61.process.test.ts: each runs in a process of its own.
import { setTimeout as delay } from 'node:timers/promises';
import { Pair, next, pattern } from './pair.js';

const PROGRAMS: Record<string, () => Promise<void>> = {
  async reset() {
    const pair = await Pair.open();
    for (let i = 0; i < 5; i++) {
      const { near, far } = await pair.bidi('x');
      near.write(Buffer.alloc(100_000));
      far.reset(i);
      far.stopSending(i);
      near.reset(i);
    }
    await delay(100);
    console.log('alive');
    await pair.close();
  },

  async request() {
    const pair = await Pair.open();
    const body = (async function* () {
      yield 'a';
      await delay(200);
      yield 'b';
    })();
    const answer = pair.client.request(body).catch((error: unknown) => error);
    const far = await next(pair.peer);
    if (far.direction === 'bidi') far.reset(7);
    console.log((await answer) instanceof Error ? 'alive' : 'no error');
    await pair.close();
  },

  async close() {
    const pair = await Pair.open();
    const { near } = await pair.bidi('x');
    near.write(Buffer.alloc(10_000_000));
    await pair.peer.close({ code: 99, reason: 'bad', timeout: 0 });
    await delay(100);
    console.log('alive');
    await pair.close();
  },

  async throw() {
    let caught = 0;
    process.on('uncaughtException', () => {
      caught++;
    });
    const pair = await Pair.open();
    const stream = await pair.client.createUnidirectionalStream();
    stream.end(pattern(300_000));
    const far = await next(pair.peer);
    let received = 0;
    far.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (caught === 0 && received > 100_000) throw new Error('in a handler');
    });
    await new Promise((resolve) => far.on('end', resolve));
    console.log(`caught ${caught}, received ${received}`);
    await pair.close();
  },

  async unref() {
    const pair = await Pair.open();
    pair.server.unref();
    pair.client.unref();
    pair.peer.unref();
    console.log('unref');
  },

  async exit() {
    const pair = await Pair.open();
    await pair.bidi('x');
    console.log('exit');
    process.exit(0);
  },

  async gc() {
    const { gc } = globalThis as { gc?: () => void };
    const pair = await Pair.open();
    for (let i = 0; i < 30; i++) {
      const { near, far } = await pair.bidi('x');
      far.write(Buffer.alloc(50_000));
      if (i % 2 === 0) near.destroy();
      gc?.();
    }
    await pair.close();
    for (let i = 0; i < 5; i++) {
      gc?.();
      await delay(5);
    }
    console.log('done');
  },
};

void PROGRAMS[process.argv[2] ?? '']?.();
