// SPDX-License-Identifier: MIT

/** What arrived and was not taken yet, as an async iterator. Items belong to whoever asks first. */
export class Queue<T> {
  readonly #items: T[] = [];
  readonly #takers: ((result: IteratorResult<T, undefined>) => void)[] = [];
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

  /** Items that wait can still be had. */
  end(): void {
    this.#ended = true;
    for (const taker of this.#takers.splice(0)) taker({ value: undefined, done: true });
  }

  iterator(): AsyncIterableIterator<T> {
    const iterator: AsyncIterableIterator<T> = {
      next: () => {
        const item = this.#items.shift();
        if (item !== undefined) {
          this.onTaken();
          return Promise.resolve({ value: item, done: false });
        }
        if (this.#ended) return Promise.resolve({ value: undefined, done: true });
        return new Promise((resolve) => {
          this.#takers.push(resolve);
        });
      },
      return: () => Promise.resolve({ value: undefined, done: true }),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }
}
