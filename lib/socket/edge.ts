// SPDX-License-Identifier: MIT
import { systemError } from '../errors.js';
import { POLL_READABLE, native } from '../native.js';
import { Descriptor } from './descriptor.js';

/**
 * The wake-ups of a socket's readers or writers, one by one, however ready the socket is (S2.42). A
 * writer that waits for a stream's credit needs them: POLLOUT is about the connection (S2.41).
 */
export class Edge {
  readonly #descriptor: Descriptor;

  private constructor(fd: number) {
    this.#descriptor = new Descriptor(fd);
  }

  /** `events`: POLL_READABLE or POLL_WRITABLE. The first wake-up comes at once if `fd` is ready. */
  static open(fd: number, events: number): Edge {
    const result = native().edgeOpen(fd, events);
    if (result < 0) throw systemError('epoll_create1', result);
    try {
      return new Edge(result);
    } catch (error) {
      native().close(result);
      throw error;
    }
  }

  watch(onWake: () => void): void {
    this.#descriptor.onReady = () => {
      native().edgeClear(this.#descriptor.fd);
      onWake();
    };
    this.#descriptor.interest = POLL_READABLE;
  }

  async next(signal?: AbortSignal): Promise<void> {
    await this.#descriptor.readable(signal);
    native().edgeClear(this.#descriptor.fd);
  }

  ref(): void {
    this.#descriptor.ref();
  }

  unref(): void {
    this.#descriptor.unref();
  }

  close(): void {
    this.#descriptor.close();
  }
}
