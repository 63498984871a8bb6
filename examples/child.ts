// SPDX-License-Identifier: MIT
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A line of a program, or of file-server.ts and file-client.ts: one key with its value. */
export type Line = Record<string, unknown>;

/** A program whose lines of output are read. Its errors are shown as they come. */
export class Child {
  readonly lines: Line[] = [];
  readonly exit: Promise<number | null>;
  readonly #process: ChildProcess;
  readonly #waiters = new Set<() => void>();
  #ended = false;

  constructor(command: string, args: string[]) {
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdout } = this.#process;
    if (stdout !== null) createInterface(stdout).on('line', this.#onLine);
    this.exit = new Promise((resolve) => {
      this.#process.on('error', (error) => {
        console.log(`${command}: ${error.message}`);
        resolve(null);
      });
      this.#process.on('close', resolve);
    });
    void this.exit.then(() => {
      this.#ended = true;
      this.#wake();
    });
  }

  readonly #onLine = (text: string): void => {
    this.lines.push(text.startsWith('{') ? (JSON.parse(text) as Line) : { text });
    this.#wake();
  };

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
  }

  all(key: string): unknown[] {
    return this.lines.filter((line) => key in line).map((line) => line[key]);
  }

  /** Waits until there are `count` lines with that key; fails if the program ends before. */
  async until(key: string, count = 1): Promise<unknown[]> {
    while (this.all(key).length < count) {
      if (this.#ended) throw new Error(`the program ended without saying "${key}"`);
      await new Promise<void>((resolve) => {
        const waiter = (): void => {
          this.#waiters.delete(waiter);
          resolve();
        };
        this.#waiters.add(waiter);
      });
    }
    return this.all(key);
  }

  /** Ends its standard input, then waits. */
  end(): Promise<number | null> {
    this.#process.stdin?.end();
    return this.exit;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }
}
