// SPDX-License-Identifier: MIT
import { Buffer } from 'node:buffer';
import type { Writable } from 'node:stream';
import { toBuffer, type Bytes } from './bytes.js';
import { QuicError } from './errors.js';
import { FileJob, type FileSource, type SendFileOptions } from './send-file.js';
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
  /** Files to send, by the empty writes that stand for them. */
  readonly #files = new Map<Buffer, FileJob>();
  readonly #rejections = new Set<(error: Error) => void>();
  /** Those who waited when it was over have been told. */
  #rejected = false;

  /** Called when something is written after {@link over}. */
  onStuck: () => void = () => undefined;

  constructor(
    private readonly stream: Writable,
    private readonly half: SendHalf,
  ) {}

  /** Is somebody waiting for a write or an end() that was not send()? That cannot fail alone. */
  get stuck(): boolean {
    const { writableLength, writableEnded, writableFinished } = this.stream;
    return !this.#rejected && (writableLength > 0 || (writableEnded && !writableFinished));
  }

  /** Writable._write() and _writev() */
  write(chunks: readonly Buffer[], done: Callback): void {
    if (this.#over !== undefined) {
      this.#park(done);
      return;
    }
    const fin = chunks[chunks.length - 1] === this.#last;
    const pieces = this.#pieces(chunks);
    const next = (error?: Error | null): void => {
      const piece = pieces.shift();
      const last = fin && pieces.length === 0;
      if (error || piece === undefined) done(error);
      else if (!(piece instanceof FileJob)) this.half.write(piece, last, next);
      else piece.run(this.half, last ? this.#afterLast(piece, next) : next);
    };
    next();
  }

  /** What is small is merged; a file is where its mark is. */
  #pieces(chunks: readonly Buffer[]): (Buffer | FileJob)[] {
    if (this.#files.size === 0) {
      return chunks.length === 1 ? [...chunks] : merge(chunks, MERGED_SIZE);
    }
    const pieces: (Buffer | FileJob)[] = [];
    for (const chunk of chunks) {
      const job = this.#files.get(chunk);
      this.#files.delete(chunk);
      pieces.push(job ?? chunk);
    }
    return pieces;
  }

  /** FIN behind a file, unless it is not complete: then the stream must not look as if it were. */
  #afterLast(job: FileJob, done: Callback): Callback {
    return (error) => {
      if (error || job.error === undefined) {
        if (error) done(error);
        else this.half.finish(done);
        return;
      }
      // Without an 'error' event: it is told by the promise.
      this.stream.destroy();
      done();
    };
  }

  /** Writable._final() */
  finish(done: Callback): void {
    if (this.#over === undefined) this.half.finish(done);
    else this.#park(done);
  }

  /** Stays undone until the reading half is through and the stream is destroyed. */
  #park(done: Callback): void {
    this.half.park(done);
    this.onStuck();
  }

  /** Writable.end(): `end` is the inherited one. */
  end(args: readonly unknown[], end: (last: Buffer | undefined, done?: Callback) => void): void {
    const { last, done } = endArguments(args);
    this.#last = last;
    const { destroyed, errored, writableEnded } = this.stream;
    // Node's Writable would keep the callback for ever.
    const forgotten = destroyed && errored === null && !writableEnded && last === undefined;
    end(last, forgotten ? undefined : done);
    if (forgotten) process.nextTick(() => done?.(new QuicError('the stream was destroyed')));
  }

  send(data: Bytes, options: SendOptions): Promise<void> {
    return this.#enqueue(toBuffer('data', data), options);
  }

  /** Resolves with the number of bytes once the stream has accepted them. */
  async sendFile(source: FileSource, options: SendFileOptions): Promise<number> {
    const job = new FileJob(source, options);
    const mark = Buffer.alloc(0);
    this.#files.set(mark, job);
    try {
      await this.#enqueue(mark, options);
    } catch (error) {
      throw job.error ?? error;
    } finally {
      this.#files.delete(mark);
    }
    if (job.error !== undefined) throw job.error;
    return job.sent;
  }

  #enqueue(bytes: Buffer, options: SendOptions): Promise<void> {
    const fin = flag('fin', options.fin, false);
    const signal = abortSignal('signal', options.signal);
    return new Promise((resolve, reject) => {
      const over = this.#over ?? this.stream.errored;
      // Why the stream is over says more than that it is.
      if (over instanceof QuicError) throw over;
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
    this.#rejected = this.#rejections.size > 0;
    for (const reject of this.#rejections) reject(error);
    this.#rejections.clear();
  }
}
