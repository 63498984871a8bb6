// SPDX-License-Identifier: MIT
import { QuicError } from './errors.js';
import type { Link } from './link.js';
import { PeeledReader } from './peeled-reader.js';

/**
 * The receiving part of a stream: what arrived and was not asked for yet. It counts against the
 * connection's budget (link.ts) until it is more than a stream's share of it: then the stream gets a
 * socket of its own, and more is only received when it is wanted. The reader's own buffer is Node's,
 * bounded by its highWaterMark.
 */
export class ReceiveHalf {
  /** Called once, when no more data of this stream will come. */
  onSettled: () => void = () => undefined;
  /** Readable.push(): false means enough. */
  push: (chunk: Buffer | null) => boolean = () => false;

  readonly #queue: Buffer[] = [];
  #held = 0;
  #peeled: PeeledReader | undefined;
  #peeling = false;
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

  /** May there be bytes here that nobody has asked for yet? */
  get unread(): boolean {
    return this.#held > 0 || (this.#peeled !== undefined && !this.#settled);
  }

  get discarding(): boolean {
    return this.#discarding;
  }

  /** Readable._read() */
  read(): void {
    this.#wanted = true;
    this.#flow();
    this.#goOn();
  }

  /** From the connection's socket. */
  data(bytes: Buffer, fin: boolean): void {
    if (!this.#discarding) this.link.hold(bytes.length);
    this.#take(bytes, fin);
    if (this.#held > this.link.share && !this.#peeling) this.#peelSoon();
  }

  #take(bytes: Buffer, fin: boolean): boolean {
    if (fin) this.#finished = true;
    if (!this.#discarding) {
      if (bytes.length > 0) {
        this.#queue.push(bytes);
        this.#held += bytes.length;
      }
      this.#flow();
    }
    if (fin) this.#settle();
    return this.#wanted || this.#discarding;
  }

  #flow(): void {
    while (this.#wanted) {
      const chunk = this.#queue.shift();
      if (chunk === undefined) break;
      this.#release(chunk.length);
      this.#wanted = this.push(chunk);
    }
    if (this.#queue.length === 0 && this.#finished && !this.#ended) {
      this.#ended = true;
      this.push(null);
    }
  }

  #release(bytes: number): void {
    this.#held -= bytes;
    if (this.#peeled === undefined) this.link.release(bytes);
  }

  /** In the next turn of the event loop: what a reader that keeps up has not taken by then is too much. */
  #peelSoon(): void {
    this.#peeling = true;
    setImmediate(() => {
      this.#peeling = false;
      if (this.#held <= this.link.share || this.#settled || this.#peeled !== undefined) return;
      const peeled = this.link.peelOff(this.id);
      if (peeled === undefined) return;
      this.link.release(this.#held);
      this.#peeled = new PeeledReader(peeled, (bytes, fin) => this.#take(bytes, fin));
      this.#peeled.onClosed = () => {
        this.link.unpeel();
      };
      this.#goOn();
    });
  }

  #goOn(): void {
    if (this.#wanted || this.#discarding) this.#peeled?.start();
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
    this.#goOn();
    this.link.give(() => {
      try {
        this.link.socket.stopSending(this.id, code);
      } catch {
        // The peer has finished or reset already: the end is on its way to us.
      }
    });
  }

  /** The connection is over: takes what is still there for this stream. */
  drain(): void {
    this.#peeled?.drain();
  }

  /** The connection is over, and nothing can follow. */
  lose(): void {
    this.#settle();
  }

  /** Both halves of the stream are settled. */
  close(): void {
    this.#peeled?.close();
  }

  /** All data up to FIN has arrived, and is being thrown away. */
  completed(): void {
    this.#settle();
  }

  #drop(): void {
    this.#release(this.#held);
    this.#queue.length = 0;
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#peeled?.received();
    this.onSettled();
  }
}
