// SPDX-License-Identifier: MIT
import { native, POLL_READABLE, POLL_WRITABLE, type PollHandle } from '../native.js';
import { QuicError, abortError, systemError } from '../errors.js';

/**
 * A descriptor on the event loop: who looks after it says which readiness is of interest, and is
 * told. Closing it closes the descriptor.
 */
export class Descriptor {
  /** Called with POLL_* bits, or with a negative status when libuv gave up on the handle. */
  onReady: (status: number, events: number) => void = () => undefined;

  readonly #handle: PollHandle;
  #fail: ((error: Error) => void) | undefined;
  #interest = 0;
  #closed = false;

  constructor(readonly fd: number) {
    this.#handle = new (native().PollHandle)(fd, (status, events) => {
      // libuv stops the handle when it reports an error.
      if (status < 0) this.#interest = 0;
      this.onReady(status, events);
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  get interest(): number {
    return this.#interest;
  }

  /** POLL_READABLE | POLL_WRITABLE, or 0. */
  set interest(events: number) {
    if (this.#closed || events === this.#interest) return;
    this.#interest = events;
    const result = events === 0 ? this.#handle.stop() : this.#handle.start(events);
    if (result < 0) throw systemError('poll', result);
  }

  /** One wait at a time, and none while somebody else uses {@link onReady}. */
  readable(signal?: AbortSignal): Promise<void> {
    return this.#wait(POLL_READABLE, signal);
  }

  writable(signal?: AbortSignal): Promise<void> {
    return this.#wait(POLL_WRITABLE, signal);
  }

  #wait(events: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => {
        signal?.removeEventListener('abort', abort);
        this.#fail = undefined;
        this.onReady = () => undefined;
        this.interest = 0;
        if (error === undefined) resolve();
        else reject(error);
      };
      const abort = (): void => {
        if (signal !== undefined) settle(abortError(signal));
      };
      if (this.#closed) {
        reject(new QuicError('the socket is closed'));
        return;
      }
      if (signal?.aborted) {
        reject(abortError(signal));
        return;
      }
      signal?.addEventListener('abort', abort);
      this.#fail = settle;
      // An error shows in the next system call.
      this.onReady = () => {
        settle();
      };
      this.interest = events;
    });
  }

  ref(): void {
    this.#handle.ref();
  }

  unref(): void {
    this.#handle.unref();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#interest = 0;
    this.#handle.close();
    this.#fail?.(new QuicError('the socket was closed'));
  }
}
