// SPDX-License-Identifier: MIT
import { Queue } from './queue.js';
import type { QuicStream } from './quic-stream.js';
import type { ReceiveStream } from './receive-stream.js';
import { call } from './rethrow.js';

type Stream = QuicStream | ReceiveStream;

/** The peer's streams that nobody has taken yet: for listeners of 'stream' or for iterators. */
export class Incoming {
  readonly #streams = new Queue<Stream>();

  constructor(private readonly listener: { count(): number; emit(stream: Stream): void }) {}

  get size(): number {
    return this.#streams.size;
  }

  arrive(stream: Stream): void {
    this.#streams.push(stream);
    this.offer();
  }

  /** What waits is for the listeners, if there are any. */
  offer(): void {
    if (this.listener.count() === 0) return;
    for (const stream of this.#streams.take()) {
      call(() => {
        this.listener.emit(stream);
      });
    }
  }

  iterator(): AsyncIterableIterator<Stream> {
    return this.#streams.iterator();
  }

  /** What waits can still be had. */
  end(): void {
    this.#streams.end();
  }
}
