// SPDX-License-Identifier: MIT
import type { Writable } from 'node:stream';
import { toBuffer, type Bytes } from './bytes.js';
import type { QuicError } from './errors.js';
import type { SendHalf } from './send-half.js';
import { throwIfAborted, whenAborted } from './signal.js';
import { endArguments, merge, type SendOptions } from './stream-common.js';
import { abortSignal, flag } from './validate.js';

type Callback = (error?: Error | null) => void;

const MERGED_SIZE = 64 * 1024;

/** Between a Writable and its SendHalf: FIN together with the last bytes, and send(). */
export class Writer {
  #last: Buffer | undefined;
  #over: QuicError | undefined;
  readonly #rejections = new Set<(error: Error) => void>();

  constructor(
    private readonly stream: Writable,
    private readonly half: SendHalf,
  ) {}

  /** Writable._write() and _writev() */
  write(chunks: readonly Buffer[], done: Callback): void {
    if (this.#over !== undefined) {
      // Stays undone until the reading half is through and the stream is destroyed.
      this.half.park(done);
      return;
    }
    const fin = chunks[chunks.length - 1] === this.#last;
    const pieces = chunks.length === 1 ? [...chunks] : merge(chunks, MERGED_SIZE);
    const next = (error?: Error | null): void => {
      const piece = pieces.shift();
      if (error || piece === undefined) done(error);
      else this.half.write(piece, fin && pieces.length === 0, next);
    };
    next();
  }

  /** Writable._final() */
  finish(done: Callback): void {
    if (this.#over === undefined) this.half.finish(done);
    else this.half.park(done);
  }

  /** Writable.end(): `end` is the inherited one. */
  end(args: readonly unknown[], end: (last: Buffer | undefined, done?: () => void) => void): void {
    const { last, done } = endArguments(args);
    this.#last = last;
    end(last, done);
  }

  send(data: Bytes, options: SendOptions): Promise<void> {
    const bytes = toBuffer('data', data);
    const fin = flag('fin', options.fin, false);
    const signal = abortSignal('signal', options.signal);
    return new Promise((resolve, reject) => {
      if (this.#over !== undefined) {
        reject(this.#over);
        return;
      }
      throwIfAborted(signal);
      const ignore = whenAborted(signal, (error) => {
        reject(error);
        this.stream.destroy();
      });
      const fail = (error: Error): void => {
        ignore();
        reject(error);
      };
      const done = (error?: Error | null): void => {
        this.#rejections.delete(fail);
        ignore();
        if (error) reject(error);
        else resolve();
      };
      this.#rejections.add(fail);
      if (fin) this.stream.end(bytes, done);
      else this.stream.write(bytes, done);
    });
  }

  /** Nothing can be sent any more, while reading goes on: send() rejects at once. */
  over(error: QuicError): void {
    this.#over = error;
    for (const reject of this.#rejections) reject(error);
    this.#rejections.clear();
  }
}
