// SPDX-License-Identifier: MIT
//
// The kernel has no priorities: it sends what it was given in its own order. What can be ordered is
// who gives it bytes next, when streams wait for room on the connection. The numbers are those of
// RFC 9218: urgency 0 comes before 7, and among streams of one urgency those that are not incremental
// come one after the other, in the order they were opened, and before those that share.
import { flag, integer, typeError } from './validate.js';

/** A stream's place among those that wait. */
export class Turn {
  urgency = 3;
  incremental = true;
  /** When it last had its turn: a number that grows. */
  served = 0;

  constructor(
    readonly id: number,
    readonly retry: () => void,
  ) {}

  /** Throws for what is no priority. */
  set(urgency: unknown, incremental: unknown): void {
    if (urgency === undefined) throw typeError('urgency', 'a number', urgency);
    const level = integer('urgency', urgency, 3, [0, 7]);
    this.incremental = flag('incremental', incremental, true);
    this.urgency = level;
  }

  before(other: Turn): boolean {
    if (this.urgency !== other.urgency) return this.urgency < other.urgency;
    if (this.incremental !== other.incremental) return !this.incremental;
    return this.incremental ? this.served < other.served : this.id < other.id;
  }
}

/** The streams of a connection that wait for its send buffer or its flow control. */
export class Turns {
  readonly #waiting = new Set<Turn>();
  #count = 0;
  #full = false;

  get waiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** There is no room for `turn`, and so for nobody. */
  wait(turn: Turn): void {
    this.#full = true;
    this.#waiting.add(turn);
  }

  /** True if somebody who waits comes first: then `turn` waits as well. */
  yields(turn: Turn): boolean {
    for (const other of this.#waiting) {
      if (other === turn || !other.before(turn)) continue;
      this.#waiting.add(turn);
      return true;
    }
    return false;
  }

  /** `turn` has given the kernel something. */
  served(turn: Turn): void {
    turn.served = ++this.#count;
  }

  delete(turn: Turn): boolean {
    return this.#waiting.delete(turn);
  }

  clear(): void {
    this.#waiting.clear();
  }

  /** There is room: everybody in order, until there is none. */
  serve(): void {
    this.#full = false;
    for (;;) {
      const next = this.#first();
      if (next === undefined) return;
      this.#waiting.delete(next);
      next.retry();
    }
  }

  #first(): Turn | undefined {
    if (this.#full) return undefined;
    let first: Turn | undefined;
    for (const turn of this.#waiting) if (first === undefined || turn.before(first)) first = turn;
    return first;
  }
}
