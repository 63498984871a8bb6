// SPDX-License-Identifier: MIT
import { Writable } from 'node:stream';
import type { WritableStream } from 'node:stream/web';
import type { Bytes } from './bytes.js';
import type { QuicConnection } from './connection.js';
import type { QuicError } from './errors.js';
import { errorCode } from './options.js';
import type { FileSource, SendFileOptions } from './send-file.js';
import type { SendHalf } from './send-half.js';
import {
  HIGH_WATER_MARK,
  abandon,
  guard,
  dispose,
  unlessUnheard,
  type SendOptions,
  type StreamInit,
} from './stream-common.js';
import { webWritable } from './web.js';
import { Writer } from './writer.js';

/** A unidirectional stream that this end opened: a Node Writable. */
export class SendStream extends Writable {
  readonly direction = 'uni';
  readonly id: number;
  readonly connection: QuicConnection;
  readonly initiator: 'local' | 'peer';
  readonly #half: SendHalf;
  readonly #writer: Writer;

  /** @internal */
  static create(init: StreamInit, half: SendHalf): SendStream {
    return new SendStream(init, half);
  }

  private constructor(init: StreamInit, half: SendHalf) {
    super({ highWaterMark: init.highWaterMark ?? HIGH_WATER_MARK });
    guard(this);
    this.id = init.id;
    this.connection = init.connection;
    this.initiator = init.initiator;
    this.#half = half;
    this.#writer = new Writer(this, half);
  }

  /** Accepts all of `data`, resolving when there is room for more; rejects if the peer stops. */
  send(data: Bytes, options: SendOptions = {}): Promise<void> {
    return this.#writer.send(data, options);
  }

  /**
   * Sends a file, or a part of one, in its place among the other writes; the stream goes on behind it.
   * With kquic's module the kernel moves the bytes, without blocking and with this stream's own
   * back-pressure; elsewhere they are read and written.
   *
   * Resolves with the number of bytes once the stream has accepted them: less than `length` where the
   * file ends sooner. Rejects with the file system's own error if the file cannot be opened or read,
   * and with ERR_INVALID_ARG_VALUE if it is no regular file: what was sent by then stays sent, and the
   * stream can be used further, unless `fin` was given: then it is reset, so that the peer cannot take it for
   * complete. Rejects as {@link send} does if the peer stops reading or the connection ends.
   *
   * @param source - a path, a `file:` URL, or a FileHandle, which stays open and keeps its position
   */
  sendFile(source: FileSource, options: SendFileOptions = {}): Promise<number> {
    return this.#writer.sendFile(source, options);
  }

  /** RESET_STREAM: what is unsent is dropped. */
  reset(code = 0): void {
    this.#half.reset(errorCode('code', code));
    this.destroy();
  }

  /**
   * As in RFC 9218: urgency 0 (first) to 7, default 3; `incremental` streams of one urgency share, others
   * go one after the other. It orders what streams of this connection hand to the kernel when they wait
   * for each other; what the kernel has is not overtaken, and the peer is not told.
   */
  setPriority(urgency: number, incremental = true): void {
    this.#half.setPriority(urgency, incremental);
  }

  toWeb(): WritableStream<Uint8Array> {
    return webWritable(this);
  }

  /** After end() it waits until everything was accepted; otherwise the stream is reset. */
  [Symbol.asyncDispose](): Promise<void> {
    return dispose(this);
  }

  /** As Writable has it; FIN leaves together with the last bytes. */
  override end(...args: unknown[]): this {
    this.#writer.end(args, (last, done) => super.end(last, done));
    return this;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#writer.write([chunk], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#writer.write(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#writer.finish(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    abandon(this.#half, undefined, error);
    done(unlessUnheard(this, error));
  }

  /** @internal The peer stopped reading, or the connection ended. */
  sendingOver(error: QuicError): void {
    this.destroy(error);
  }
}
