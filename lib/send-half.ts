// SPDX-License-Identifier: MIT
import { ENOSTR, EINVAL } from './errno.js';
import { QuicError } from './errors.js';
import type { Link } from './link.js';
import { MsgFlag } from './socket/constants.js';
import type { Descriptor } from './socket/descriptor.js';
import { Turn } from './turns.js';

type Callback = (error?: Error | null) => void;

interface Write {
  data: Buffer;
  offset: number;
  fin: boolean;
  done: Callback;
}

const NOTHING = Buffer.alloc(0);

/** open: may send. finished: FIN is queued. The others are final (RFC 9000, 3.1). */
type State = 'open' | 'finished' | 'acknowledged' | 'reset' | 'stopped' | 'lost';

/** The sending part of a stream. One write at a time, as Node's Writable has it. */
export class SendHalf {
  /** Called once, when the peer's transport needs nothing more from this half. */
  onSettled: () => void = () => undefined;

  #state: State = 'open';
  #write: Write | undefined;
  #settled = false;
  readonly #turn: Turn;

  constructor(
    private readonly link: Link,
    private readonly id: number,
  ) {
    this.#turn = new Turn(id, () => {
      this.#pump();
    });
  }

  setPriority(urgency: unknown, incremental: unknown): void {
    this.#turn.set(urgency, incremental);
  }

  get finished(): boolean {
    return this.#state === 'finished' || this.#state === 'acknowledged';
  }

  get settled(): boolean {
    return this.#settled;
  }

  write(data: Buffer, fin: boolean, done: Callback): void {
    if (this.finished) {
      done();
      return;
    }
    this.#write = { data, offset: 0, fin, done };
    this.#pump();
  }

  finish(done: Callback): void {
    this.write(NOTHING, true, done);
  }

  /** `done` is not called before the stream is destroyed, or not at all after the returned function was. */
  park(done: Callback): () => void {
    const write = { data: NOTHING, offset: 0, fin: false, done };
    this.#write = write;
    return () => {
      if (this.#write === write) this.#write = undefined;
    };
  }

  /** A socket for what is sent otherwise than by write(). */
  lend(): Descriptor | undefined {
    return this.#state === 'open' ? this.link.lend(this.id) : undefined;
  }

  /** That socket does not take data any more. */
  refused(): void {
    this.#refused(-EINVAL);
  }

  #pump(): void {
    const write = this.#write;
    if (write === undefined || this.#state !== 'open') return;
    const flags = write.fin ? MsgFlag.STREAM_FIN : 0;
    let retried = false;
    if (this.link.yields(this.#turn)) return;
    for (;;) {
      // Empty writes without FIN need no message, and must not be one (S3.18).
      const empty = write.offset === write.data.length;
      const result =
        empty && !write.fin ? 0 : this.link.send(this.id, write.data, write.offset, flags);
      if (result >= 0) {
        retried = false;
        write.offset += result;
        if (write.offset < write.data.length) continue;
        this.#complete(write);
        return;
      }
      const waits = this.link.wait(this.#turn, result, retried);
      if (waits === true) return;
      if (waits === false) {
        this.#refused(result);
        return;
      }
      retried = true;
    }
  }

  #complete(write: Write): void {
    this.#write = undefined;
    this.link.served(this.#turn);
    if (write.fin) this.#state = 'finished';
    write.done();
  }

  /**
   * The stream does not take data any more. Why is said by an event that is already queued, before
   * all data; only a stop from before events were on has none. The connection's end is told by itself.
   */
  #refused(result: number): void {
    if (result !== -EINVAL && result !== -ENOSTR) return;
    // Not now: a write() must not end in the destruction of its stream.
    process.nextTick(() => {
      if (this.#state === 'open') this.link.takeEvents();
      if (this.#state === 'open') this.onRefused();
    });
  }

  /** Called when the kernel refuses data and no event says why. */
  onRefused: () => void = () => undefined;

  /** RESET_STREAM. Nothing happens to a half whose FIN is queued: its data is on its way. */
  reset(code: number): void {
    if (this.#state !== 'open') return;
    this.#state = 'reset';
    this.link.forget(this.#turn);
    this.link.give(() => {
      try {
        this.link.socket.resetStream(this.id, code);
      } catch {
        // The connection ended, or the peer's STOP_SENDING was faster.
        this.#settle();
      }
    });
  }

  /** The peer's STOP_SENDING: the kernel has reset the stream. Returns what writers get to see. */
  stopped(code: number): QuicError {
    if (this.#state === 'open' || this.#state === 'finished') this.#state = 'stopped';
    this.link.forget(this.#turn);
    return new QuicError(`the peer stopped reading stream ${this.id} (code ${code})`, {
      code: 'ERR_QUIC_STREAM_STOPPED',
      errorCode: code,
    });
  }

  /** All data and FIN are acknowledged. */
  acknowledged(): void {
    this.#state = 'acknowledged';
    this.#settle();
  }

  resetAcknowledged(): void {
    this.#settle();
  }

  /** The connection is over. */
  lose(): void {
    if (this.#state === 'open') this.#state = 'lost';
    this.#settle();
  }

  /** What waits to be written gets `error`. */
  fail(error: Error): void {
    const write = this.#write;
    this.#write = undefined;
    this.link.forget(this.#turn);
    write?.done(error);
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.onSettled();
  }
}
