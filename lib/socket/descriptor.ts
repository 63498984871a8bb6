// SPDX-License-Identifier: MIT
import { native, POLL_READABLE, POLL_WRITABLE, type PollHandle } from '../native.js';
import { QuicError, stateError, systemError } from '../errors.js';
import { throwIfAborted, whenAborted } from '../signal.js';
import { abortSignal, valueError } from '../validate.js';

interface Waiter {
  events: number;
  settle: (error?: Error) => void;
}

/** Those of this thread: a second owner of one number would close another file some day. */
const owned = new Set<number>();

function watch(fd: number, callback: (status: number, events: number) => void): PollHandle {
  try {
    return new (native().PollHandle)(fd, callback);
  } catch (error) {
    const { errno } = error as { errno?: number };
    throw errno === undefined ? error : systemError('poll', errno);
  }
}

/**
 * A descriptor on the event loop. An event loop of one's own says in {@link interest} which readiness
 * it wants and is told by {@link onReady}; beside it, any number of promises may wait. Closing it closes
 * the descriptor, and so does the end of the thread.
 */
export class Descriptor {
  /**
   * Called with POLL_* bits as often as the readiness of {@link interest} holds; or with a negative
   * status when libuv gave up on the descriptor because of an error, which SO_ERROR names. Then
   * {@link interest} is 0.
   */
  onReady: (status: number, events: number) => void = () => undefined;

  /** Called once when it is closed or given away. */
  onClosed: () => void = () => undefined;

  readonly #fd: number;
  readonly #handle: PollHandle;
  readonly #waiters = new Set<Waiter>();
  #interest = 0;
  #armed = 0;
  #pinned = false;
  #closed = false;

  /** If it throws, the descriptor is still the caller's. */
  constructor(fd: number) {
    if (owned.has(fd)) throw valueError('fd', 'this thread has it in use already', fd);
    this.#fd = fd;
    this.#handle = watch(fd, (status, events) => {
      this.#onPoll(status, events);
    });
    owned.add(fd);
  }

  /** -1 once it is closed: the number may be another file's by then. */
  get fd(): number {
    return this.#closed ? -1 : this.#fd;
  }

  /** True after {@link close} and {@link release}. */
  get closed(): boolean {
    return this.#closed;
  }

  /** POLL_READABLE | POLL_WRITABLE, or 0. */
  get interest(): number {
    return this.#interest;
  }

  set interest(events: number) {
    if (this.#closed) return;
    this.#interest = events;
    this.#arm();
  }

  #arm(): void {
    let wanted = this.#interest;
    for (const { events } of this.#waiters) wanted |= events;
    if (this.#closed || wanted === this.#armed) return;
    this.#armed = wanted;
    const result = wanted === 0 ? this.#handle.stop() : this.#handle.start(wanted);
    if (result < 0) throw systemError('poll', result);
  }

  #onPoll(status: number, events: number): void {
    // libuv stops the handle when it reports an error, which shows in the next system call.
    if (status < 0) this.#armed = 0;
    for (const waiter of [...this.#waiters]) {
      if (status < 0 || (waiter.events & events) !== 0) waiter.settle();
    }
    if (this.#closed) return;
    if (status >= 0 && (this.#interest & events) === 0) return;
    if (status < 0) {
      if (this.#interest === 0) return;
      this.#interest = 0;
    }
    this.onReady(status, events);
  }

  /**
   * Resolves when there is something to read, or an error. Rejects with ERR_QUIC_CLOSED when the
   * descriptor is closed here, and with an AbortError.
   */
  readable(signal?: AbortSignal): Promise<void> {
    return this.#wait(POLL_READABLE, signal);
  }

  writable(signal?: AbortSignal): Promise<void> {
    return this.#wait(POLL_WRITABLE, signal);
  }

  async #wait(events: number, signal: AbortSignal | undefined): Promise<void> {
    abortSignal('signal', signal);
    if (this.#closed) throw new QuicError('the socket is closed');
    throwIfAborted(signal);
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        events,
        settle: (error) => {
          done();
          this.#waiters.delete(waiter);
          this.#arm();
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      const done = whenAborted(signal, waiter.settle);
      this.#waiters.add(waiter);
      this.#arm();
    });
  }

  /** Keeps the process running while something waits here, which is the default. */
  ref(): void {
    this.#handle.ref();
  }

  unref(): void {
    this.#handle.unref();
  }

  /** While another thread uses the descriptor: a close() in between takes place at {@link unpin}. */
  pin(): void {
    this.#pinned = true;
  }

  unpin(): void {
    this.#pinned = false;
    if (this.#closed) this.#closeHandle();
  }

  /** May be called again. Who waits is rejected with ERR_QUIC_CLOSED. */
  close(): void {
    if (this.#closed) return;
    if (this.#pinned) this.#handle.stop();
    else this.#closeHandle();
    this.#leave('the socket was closed');
  }

  /** Takes the descriptor off the event loop and leaves it open, for whoever has it next. */
  release(): number {
    if (this.#closed) throw new QuicError('the socket is closed');
    if (this.#pinned) throw stateError('a handshake is under way on this socket');
    owned.delete(this.#fd);
    this.#handle.release();
    this.#leave('the socket was given away');
    return this.#fd;
  }

  #closeHandle(): void {
    owned.delete(this.#fd);
    this.#handle.close();
  }

  #leave(why: string): void {
    this.#closed = true;
    this.#interest = 0;
    for (const { settle } of [...this.#waiters]) settle(new QuicError(why));
    this.onClosed();
  }
}
