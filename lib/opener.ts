// SPDX-License-Identifier: MIT
import { EINVAL, EPIPE } from './errno.js';
import { QuicError, type SystemError } from './errors.js';
import { throwIfAborted, whenAborted } from './signal.js';
import type { QuicSocket } from './socket/socket.js';
import { abortSignal, flag, integer } from './validate.js';

export interface OpenOptions {
  signal?: AbortSignal;
  /** False: reject with ERR_QUIC_OPEN_STREAM_FAILED instead of waiting for the peer's permission. */
  wait?: boolean;
  /** Of the stream: bytes. */
  highWaterMark?: number;
}

interface Waiter {
  resolve: (id: number) => void;
  reject: (error: Error) => void;
}

/** Opens streams of one type, in the order of the requests, when the peer permits them. */
export class Opener {
  readonly #waiters: Waiter[] = [];
  #over: Error | undefined;
  #early = false;

  constructor(
    private readonly socket: QuicSocket,
    private readonly type: 'bidi' | 'uni',
  ) {}

  /** Resolves with a stream ID. */
  async open(options: OpenOptions): Promise<number> {
    const signal = abortSignal('signal', options.signal);
    const wait = flag('wait', options.wait, true);
    throwIfAborted(signal);
    if (this.#over !== undefined) throw this.#over;
    const id = this.#waiters.length === 0 ? this.#tryOpen() : undefined;
    if (typeof id === 'number') return id;
    if (!wait && id !== 'over') {
      throw new QuicError(`the peer permits no more ${this.type} streams now`, {
        code: 'ERR_QUIC_OPEN_STREAM_FAILED',
      });
    }
    return this.#wait(signal);
  }

  /** 'over': the connection has ended, and why is about to be told to end(). */
  #tryOpen(): number | undefined | 'over' {
    try {
      return this.socket.openStream(this.type);
    } catch (error) {
      const { errno } = error as SystemError;
      if (errno === -EPIPE) return 'over';
      // S3.16: beyond the remembered limit, while the real one is not known.
      if (errno === -EINVAL && this.#early) return undefined;
      throw error;
    }
  }

  #wait(signal: AbortSignal | undefined): Promise<number> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        resolve: (id) => {
          ignore();
          resolve(id);
        },
        reject: (error) => {
          ignore();
          reject(error);
        },
      };
      const ignore = whenAborted(signal, (error) => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(error);
      });
      this.#waiters.push(waiter);
    });
  }

  /** During a handshake with early data. */
  set early(on: boolean) {
    this.#early = on;
    if (!on) this.retry();
  }

  /** MAX_STREAMS arrived. */
  retry(): void {
    for (;;) {
      const [waiter] = this.#waiters;
      if (waiter === undefined) return;
      try {
        const id = this.#tryOpen();
        if (typeof id !== 'number') return;
        this.#waiters.shift();
        waiter.resolve(id);
      } catch (error) {
        this.#waiters.shift();
        waiter.reject(error as Error);
      }
    }
  }

  end(error: Error): void {
    this.#over = error;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }
}

export function highWaterMark(options: OpenOptions): number | undefined {
  if (options.highWaterMark === undefined) return undefined;
  return integer('highWaterMark', options.highWaterMark, 0, [0, Number.MAX_SAFE_INTEGER]);
}
