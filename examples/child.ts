// SPDX-License-Identifier: MIT
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A line of a program, or of file-server.ts and file-client.ts: one key with its value. */
export type Line = Record<string, unknown>;

/** Milliseconds until a line that does not come is given up. */
const PATIENCE = 60_000;

/** A program whose lines of output are read. What it says on stderr is shown if it fails. */
export class Child {
  readonly lines: Line[] = [];
  readonly exit: Promise<number | null>;
  readonly #process: ChildProcess;
  readonly #waiters = new Set<() => void>();
  #ended = false;

  constructor(command: string, args: string[]) {
    this.#process = spawn(command, args, { stdio: 'pipe' });
    const { stdout, stderr } = this.#process;
    if (stdout !== null) createInterface(stdout).on('line', this.#onLine);
    let errors = '';
    stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    this.exit = new Promise((resolve) => {
      this.#process.on('error', (error) => {
        console.log(`${command}: ${error.message}`);
        resolve(null);
      });
      this.#process.on('close', resolve);
    });
    void this.exit.then((status) => {
      // Null: killed when its work was done.
      if (status !== 0 && status !== null) console.log(errors);
      this.#ended = true;
      this.#wake();
    });
  }

  readonly #onLine = (text: string): void => {
    const line = text.startsWith('{') ? (JSON.parse(text) as Line) : { text };
    this.lines.push(line);
    if ('failed' in line) console.log(`  failed: ${String(line['failed'])}`);
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
    const deadline = Date.now() + PATIENCE;
    while (this.all(key).length < count) {
      if (this.#ended) throw new Error(`the program ended without saying "${key}"`);
      if (Date.now() > deadline) throw new Error(`the program does not say "${key}"`);
      await this.#change();
    }
    return this.all(key);
  }

  /** Another line, the end, or a second. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      const waiter = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve();
      };
      const timer = setTimeout(waiter, 1000);
      this.#waiters.add(waiter);
    });
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
