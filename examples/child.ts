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

  constructor(command: string, args: string[], cwd?: string) {
    this.#process = spawn(command, args, { stdio: 'pipe', cwd });
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
    await this.#wait(key, () => this.all(key).length >= count);
    return this.all(key);
  }

  /** Waits for a line with that text in it, and gives the line. */
  async says(text: string): Promise<string> {
    const find = (): unknown => this.all('text').find((line) => String(line).includes(text));
    await this.#wait(text, () => find() !== undefined);
    return String(find());
  }

  async #wait(what: string, happened: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    while (!happened()) {
      if (this.#ended) throw new Error(`the program ended without saying "${what}"`);
      if (Date.now() > deadline) throw new Error(`the program does not say "${what}"`);
      await this.#change();
    }
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

  /** Types a line. */
  write(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  /** Ends its standard input, then waits. */
  end(): Promise<number | null> {
    this.#process.stdin?.end();
    return this.exit;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#process.kill(signal);
  }
}
