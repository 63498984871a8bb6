// SPDX-License-Identifier: MIT
import { QuicError } from './errors.js';
import type { Link } from './link.js';

/**
 * The receiving part of a stream: what arrived and was not asked for yet. It counts against the
 * connection's budget (link.ts); the reader's own buffer is Node's, bounded by its highWaterMark.
 */
export class ReceiveHalf {
  /** Called once, when no more data of this stream will come. */
  onSettled: () => void = () => undefined;
  /** Readable.push(): false means enough. */
  push: (chunk: Buffer | null) => boolean = () => false;

  readonly #queue: Buffer[] = [];
  #wanted = false;
  #finished = false;
  #ended = false;
  #discarding = false;
  #settled = false;

  constructor(
    private readonly link: Link,
    private readonly id: number,
  ) {}

  /** FIN arrived. */
  get finished(): boolean {
    return this.#finished;
  }

  get settled(): boolean {
    return this.#settled;
  }

  get discarding(): boolean {
    return this.#discarding;
  }

  /** Readable._read() */
  read(): void {
    this.#wanted = true;
    this.#flow();
  }

  data(bytes: Buffer, fin: boolean): void {
    if (fin) this.#finished = true;
    if (!this.#discarding) {
      if (bytes.length > 0) {
        this.#queue.push(bytes);
        this.link.hold(bytes.length);
      }
      this.#flow();
    }
    if (fin) this.#settle();
  }

  #flow(): void {
    while (this.#wanted) {
      const chunk = this.#queue.shift();
      if (chunk === undefined) break;
      this.link.release(chunk.length);
      this.#wanted = this.push(chunk);
    }
    if (this.#queue.length === 0 && this.#finished && !this.#ended) {
      this.#ended = true;
      this.push(null);
    }
  }

  /** The peer's RESET_STREAM: unread data is gone (S4.18). */
  reset(code: number): QuicError {
    this.#drop();
    this.#settle();
    return new QuicError(`the peer reset stream ${this.id} (code ${code})`, {
      code: 'ERR_QUIC_STREAM_RESET',
      errorCode: code,
    });
  }

  /** STOP_SENDING, and whatever still arrives is thrown away. */
  stop(code: number): void {
    if (this.#discarding) return;
    this.#discarding = true;
    this.#drop();
    if (this.#settled) return;
    try {
      this.link.socket.stopSending(this.id, code);
    } catch {
      // The peer has finished or reset already: the end is on its way to us.
    }
  }

  /** The connection is over, and nothing can follow. */
  lose(): void {
    this.#settle();
  }

  /** All data up to FIN has arrived, and is being thrown away. */
  completed(): void {
    this.#settle();
  }

  #drop(): void {
    for (const chunk of this.#queue) this.link.release(chunk.length);
    this.#queue.length = 0;
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.onSettled();
  }
}
