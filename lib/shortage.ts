// SPDX-License-Identifier: MIT
//
// Errors that pass by themselves while nothing tells when: the machine lacks memory or descriptors, or a route
// (S3.26). Whoever meets one tries again after a pause.
import { setTimeout as delay } from 'node:timers/promises';
import { EHOSTUNREACH, EMFILE, ENETDOWN, ENETUNREACH, ENFILE, ENOBUFS, ENOMEM } from './errno.js';

/** Milliseconds until the next try. */
const PAUSE = 100;

const RESOURCES = [-EMFILE, -ENFILE, -ENOBUFS, -ENOMEM];
const SENDING = [-ENOBUFS, -ENOMEM, -ENETUNREACH, -EHOSTUNREACH, -ENETDOWN];

/** `result` of accept(). */
export function lacksResources(result: number): boolean {
  return RESOURCES.includes(result);
}

/** `result` of sendmsg() and its like on a connection: it may come back, or its idle timeout ends it. */
export function cannotSendNow(result: number): boolean {
  return SENDING.includes(result);
}

/** Resolves when it is time for another try. */
export async function passing(): Promise<void> {
  await delay(PAUSE, undefined, { ref: false });
}

/** One pause at a time, whoever waits for its end. */
export class Pause {
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly onOver: () => void) {}

  get running(): boolean {
    return this.#timer !== undefined;
  }

  begin(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.onOver();
    }, PAUSE);
  }

  /** As {@link begin}, and does not keep the process running. */
  beginAside(): void {
    this.begin();
    this.#timer?.unref();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
