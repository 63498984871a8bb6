// SPDX-License-Identifier: MIT
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { QuicConnection } from './connection.js';
import type { QuicError } from './errors.js';
import { errorCode } from './options.js';
import type { ReceiveHalf } from './receive-half.js';
import {
  HIGH_WATER_MARK,
  abandon,
  dispose,
  guard,
  readAll,
  unlessUnheard,
  type ReadOptions,
  type StreamInit,
} from './stream-common.js';
import { webReadable } from './web.js';

/** A unidirectional stream that the peer opened: a Node Readable. */
export class ReceiveStream extends Readable {
  readonly direction = 'uni';
  readonly id: number;
  readonly connection: QuicConnection;
  readonly initiator: 'local' | 'peer';
  /**
   * The first bytes may have come as 0-RTT, in the client's first flight. Here they are only delivered
   * when the handshake is complete, so nobody but the client itself can have sent them.
   */
  readonly early: boolean;
  readonly #half: ReceiveHalf;

  /** @internal */
  static create(init: StreamInit, half: ReceiveHalf): ReceiveStream {
    return new ReceiveStream(init, half);
  }

  private constructor(init: StreamInit, half: ReceiveHalf) {
    super({ highWaterMark: init.highWaterMark ?? HIGH_WATER_MARK });
    guard(this);
    this.id = init.id;
    this.connection = init.connection;
    this.initiator = init.initiator;
    this.early = init.early === true;
    this.#half = half;
    half.push = (chunk) => this.push(chunk);
  }

  /** STOP_SENDING: the reader is not interested any more. */
  stopSending(code = 0): void {
    this.#half.stop(errorCode('code', code));
    this.destroy();
  }

  bytes(options: ReadOptions = {}): Promise<Buffer> {
    return readAll(this, options);
  }

  async text(options: ReadOptions = {}): Promise<string> {
    return (await readAll(this, options)).toString();
  }

  async json<T = unknown>(options: ReadOptions = {}): Promise<T> {
    return JSON.parse(await this.text(options)) as T;
  }

  toWeb(): ReadableStream<Uint8Array> {
    return webReadable(this);
  }

  /** Unless it was read to its end this is STOP_SENDING. */
  override [Symbol.asyncDispose](): Promise<void> {
    return dispose(this);
  }

  override _read(): void {
    this.#half.read();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    abandon(undefined, this.#half, error);
    done(unlessUnheard(this, error));
  }

  /** @internal The peer reset the stream, or the connection ended too early. */
  receivingOver(error: QuicError): void {
    this.destroy(error);
  }
}
