// SPDX-License-Identifier: MIT
//
// The same two workloads for anything that is a pair of Node streams.
import { once } from 'node:events';
import type { Duplex, Readable, Writable } from 'node:stream';
import type { QuicConnection } from 'kquic';

const WRITE = Buffer.alloc(64 * 1024, 1);
const MESSAGE = Buffer.alloc(1024, 2);

/** Calls back each time another `size` bytes have arrived. */
class Counter {
  #due = 0;
  #received = 0;
  #resolve: (() => void) | undefined;

  constructor(stream: Readable) {
    stream.on('data', (chunk: Buffer) => {
      this.#received += chunk.length;
      if (this.#received < this.#due) return;
      this.#resolve?.();
      this.#resolve = undefined;
    });
  }

  async wait(bytes: number): Promise<void> {
    this.#due += bytes;
    if (this.#received >= this.#due) return;
    await new Promise<void>((resolve) => {
      this.#resolve = resolve;
    });
  }
}

/** One direction, 64 KB a write: a round is `bytes` written and read. */
export function bulk(from: Writable, to: Readable, bytes: number): () => Promise<number> {
  const counter = new Counter(to);
  return async () => {
    const arrived = counter.wait(bytes);
    for (let left = bytes; left > 0; left -= WRITE.length) {
      if (!from.write(WRITE)) await once(from, 'drain');
    }
    await arrived;
    return bytes;
  };
}

/** 1 KB there, 1 KB back, one at a time, on one stream. */
export function pingPong(near: Duplex, far: Duplex, count: number): () => Promise<number> {
  const requests = new Counter(far);
  const answers = new Counter(near);
  return async () => {
    for (let i = 0; i < count; i++) {
      near.write(MESSAGE);
      await requests.wait(MESSAGE.length);
      far.write(MESSAGE);
      await answers.wait(MESSAGE.length);
    }
    return count;
  };
}

/** The same with a stream for each request, as request() does it. */
export function requests(
  near: QuicConnection,
  far: QuicConnection,
  count: number,
): () => Promise<number> {
  far.on('stream', (stream) => {
    if (stream.direction === 'bidi') stream.resume().on('end', () => stream.end(MESSAGE));
  });
  return async () => {
    for (let i = 0; i < count; i++) await near.request(MESSAGE);
    return count;
  };
}
