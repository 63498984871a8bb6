// SPDX-License-Identifier: MIT
import { abortError } from './errors.js';

type Taker<T> = (result: IteratorResult<T, undefined>) => void;

/** What arrived and was not taken yet, as an async iterator. Items belong to whoever asks first. */
export class Queue<T> {
  readonly #items: T[] = [];
  readonly #takers: Taker<T>[] = [];
  #ended = false;

  /** Called when an item was taken. */
  onTaken: () => void = () => undefined;

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#items.push(item);
    else taker({ value: item, done: false });
  }

  /** Everything that waits. */
  take(): T[] {
    return this.#items.splice(0);
  }

  /** Forgets the oldest of what waits. */
  drop(): void {
    this.#items.shift();
  }

  /** Items that wait can still be had. */
  end(): void {
    this.#ended = true;
    for (const taker of this.#takers.splice(0)) taker({ value: undefined, done: true });
  }

  /** Aborting `signal` rejects what waits for an item, and each later call of next(). */
  iterator(signal?: AbortSignal): AsyncIterableIterator<T> {
    const iterator: AsyncIterableIterator<T> = {
      next: () => {
        if (signal?.aborted) return Promise.reject(abortError(signal));
        const item = this.#items.shift();
        if (item !== undefined) {
          this.onTaken();
          return Promise.resolve({ value: item, done: false });
        }
        if (this.#ended) return Promise.resolve({ value: undefined, done: true });
        return this.#wait(signal);
      },
      return: () => Promise.resolve({ value: undefined, done: true }),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  #wait(signal: AbortSignal | undefined): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      const taker: Taker<T> = (result) => {
        signal?.removeEventListener('abort', onAbort);
        resolve(result);
      };
      const onAbort = (): void => {
        this.#takers.splice(this.#takers.indexOf(taker), 1);
        if (signal !== undefined) reject(abortError(signal));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#takers.push(taker);
    });
  }
}
