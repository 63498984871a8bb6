// SPDX-License-Identifier: MIT
import { abortError } from './errors.js';
import { whenAborted } from './signal.js';

type Taker<T> = (result: IteratorResult<T, undefined>) => void;

/**
 * What arrived and was not taken yet, as async iterators. Each item belongs to whoever asks first.
 * Leaving a loop ends nothing: the next loop goes on where this one stopped.
 */
export class Queue<T> {
  readonly #items: T[] = [];
  readonly #takers: Taker<T>[] = [];
  #iterators = 0;
  #ended = false;

  /** Called when an item was taken. */
  onTaken: () => void = () => undefined;

  get size(): number {
    return this.#items.length;
  }

  /** True while somebody iterates. */
  get iterated(): boolean {
    return this.#iterators > 0;
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
    const takers = new Set<Taker<T>>();
    let over = false;
    this.#iterators++;
    const leave = (): void => {
      if (over) return;
      over = true;
      this.#iterators--;
      for (const taker of takers) {
        // A taker that stayed would swallow the next item.
        this.#drop(taker);
        taker({ value: undefined, done: true });
      }
    };
    const iterator: AsyncIterableIterator<T> = {
      next: () => {
        if (signal?.aborted) return Promise.reject(abortError(signal));
        const item = over ? undefined : this.#items.shift();
        if (item !== undefined) {
          this.onTaken();
          return Promise.resolve({ value: item, done: false });
        }
        if (over || this.#ended) {
          leave();
          return Promise.resolve({ value: undefined, done: true });
        }
        return this.#wait(takers, signal);
      },
      return: () => {
        leave();
        return Promise.resolve({ value: undefined, done: true });
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  #wait(
    takers: Set<Taker<T>>,
    signal: AbortSignal | undefined,
  ): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      const ignore = whenAborted(signal, (error) => {
        takers.delete(taker);
        this.#drop(taker);
        reject(error);
      });
      const taker: Taker<T> = (result) => {
        ignore();
        takers.delete(taker);
        resolve(result);
      };
      takers.add(taker);
      this.#takers.push(taker);
    });
  }

  #drop(taker: Taker<T>): void {
    this.#takers.splice(this.#takers.indexOf(taker), 1);
  }
}
