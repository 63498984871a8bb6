// SPDX-License-Identifier: MIT
import { Duplex } from 'node:stream';
import type { ReadableStream, WritableStream } from 'node:stream/web';
import type { Bytes } from './bytes.js';
import type { QuicConnection } from './connection.js';
import { QuicError } from './errors.js';
import { errorCode } from './options.js';
import type { ReceiveHalf } from './receive-half.js';
import type { FileSource, SendFileOptions } from './send-file.js';
import type { SendHalf } from './send-half.js';
import {
  HIGH_WATER_MARK,
  abandon,
  guard,
  dispose,
  readAll,
  unlessUnheard,
  type ReadOptions,
  type SendOptions,
  type StreamInit,
} from './stream-common.js';
import { webReadable, webWritable } from './web.js';
import { Writer } from './writer.js';

/**
 * A bidirectional stream: a Node Duplex. Node destroys both halves of a Duplex together, QUIC ends
 * each on its own. So: a reset by the peer destroys the stream. When the peer stops reading
 * (STOP_SENDING), send() rejects, and the stream is destroyed when the peer's data has been read to its
 * end; at once if write() or end() wait, nobody is reading, and nothing is there to read.
 */
export class QuicStream extends Duplex {
  readonly direction = 'bidi';
  readonly id: number;
  readonly connection: QuicConnection;
  readonly initiator: 'local' | 'peer';
  /**
   * The first bytes may have come as 0-RTT, in the client's first flight. Here they are only delivered
   * when the handshake is complete, so nobody but the client itself can have sent them.
   */
  readonly early: boolean;
  readonly #sending: SendHalf;
  readonly #receiving: ReceiveHalf;
  readonly #writer: Writer;
  /** This end stopped the peer before all was read. */
  #cut = false;

  /** @internal */
  static create(init: StreamInit, sending: SendHalf, receiving: ReceiveHalf): QuicStream {
    return new QuicStream(init, sending, receiving);
  }

  private constructor(init: StreamInit, sending: SendHalf, receiving: ReceiveHalf) {
    super({ highWaterMark: init.highWaterMark ?? HIGH_WATER_MARK });
    guard(this);
    this.id = init.id;
    this.connection = init.connection;
    this.initiator = init.initiator;
    this.early = init.early === true;
    this.#sending = sending;
    this.#receiving = receiving;
    this.#writer = new Writer(this, sending);
    receiving.push = (chunk) => this.push(chunk);
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

  /** RESET_STREAM: what is unsent is dropped. Reading goes on. */
  reset(code = 0): void {
    this.#sending.reset(errorCode('code', code));
    this.#afterReading(
      new QuicError(`stream ${this.id} was reset by this end`, { code: 'ERR_QUIC_STREAM_RESET' }),
      undefined,
    );
  }

  /** STOP_SENDING: the reader is not interested any more. Writing goes on. */
  stopSending(code = 0): void {
    this.#receiving.stop(errorCode('code', code));
    if (this.destroyed || this.readableEnded) return;
    this.#cut = true;
    // Lets the Duplex end once the writing half has.
    this.push(null);
    this.resume();
  }

  async bytes(options: ReadOptions = {}): Promise<Buffer> {
    const bytes = await readAll(this, options);
    // What was cut off must not pass for all there was.
    if (this.#cut) throw new QuicError(`stopSending() ended the reading of stream ${this.id}`);
    return bytes;
  }

  async text(options: ReadOptions = {}): Promise<string> {
    return (await this.bytes(options)).toString();
  }

  async json<T = unknown>(options: ReadOptions = {}): Promise<T> {
    return JSON.parse(await this.text(options)) as T;
  }

  /**
   * As in RFC 9218: urgency 0 (first) to 7, default 3; `incremental` streams of one urgency share, others
   * go one after the other. It orders what streams of this connection hand to the kernel when they wait
   * for each other; what the kernel has is not overtaken, and the peer is not told.
   */
  setPriority(urgency: number, incremental = true): void {
    this.#sending.setPriority(urgency, incremental);
  }

  toWeb(): { readable: ReadableStream<Uint8Array>; writable: WritableStream<Uint8Array> } {
    return { readable: webReadable(this), writable: webWritable(this) };
  }

  /**
   * To the peer's FIN. Leaving the loop early is STOP_SENDING. Other than with Node's Duplex, the
   * writing half goes on, so that an answer can follow.
   */
  override async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, undefined> {
    let ended = false;
    try {
      for await (const chunk of this.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
      ended = true;
    } finally {
      if (!ended) this.stopSending();
    }
    return undefined;
  }

  /** After end() it waits until everything was accepted; otherwise the stream is reset. */
  override [Symbol.asyncDispose](): Promise<void> {
    return dispose(this);
  }

  /** As Writable has it; FIN leaves together with the last bytes. */
  override end(...args: unknown[]): this {
    this.#writer.end(args, (last, done) => super.end(last, done));
    return this;
  }

  override _read(): void {
    this.#receiving.read();
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
    abandon(this.#sending, this.#receiving, error);
    done(unlessUnheard(this, error));
  }

  /** @internal The peer stopped reading. What it sends is still to be had, now or later. */
  sendingStopped(error: QuicError): void {
    this.#afterReading(error, error);
    this.#writer.onStuck = () => {
      this.#giveUpSoon(error);
    };
    this.#giveUpSoon(error);
  }

  /** Data that came together with STOP_SENDING is here in the next turn: events come first (S4.1). */
  #giveUpSoon(error: QuicError): void {
    setImmediate(() => {
      const begun = this.readableFlowing !== null;
      const unread = this.readableLength > 0 || this.#receiving.unread;
      if (this.#writer.stuck && !begun && !unread) this.destroy(error);
    });
  }

  /** @internal The connection ended when all was received. */
  sendingOver(error: QuicError): void {
    const beingRead = this.readableFlowing !== null && !this.readableEnded;
    if (beingRead) this.#afterReading(error, error);
    else this.destroy(error);
  }

  /** @internal The peer reset the stream, or the connection ended too early. */
  receivingOver(error: QuicError): void {
    this.destroy(error);
  }

  /** The sending half is over: writers get `error`, and at the end of reading the stream does. */
  #afterReading(error: QuicError, last: QuicError | undefined): void {
    this.#writer.over(error);
    if (this.readableEnded) this.destroy(last);
    else this.once('end', () => this.destroy(last));
  }
}
