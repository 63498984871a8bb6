// SPDX-License-Identifier: MIT
import { EventEmitter } from 'node:events';
import type { X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { toBuffer, type Bytes } from './bytes.js';
import { ABANDONED, closeInfo, closedError, type CloseInfo } from './close-info.js';
import { QuicError } from './errors.js';
import { Link } from './link.js';
import { Opener, highWaterMark, type OpenOptions } from './opener.js';
import { DEFAULTS, closeSettings, type CloseOptions } from './options.js';
import { Queue } from './queue.js';
import type { QuicStream } from './quic-stream.js';
import type { ReceiveStream } from './receive-stream.js';
import { call } from './rethrow.js';
import type { SendStream } from './send-stream.js';
import { EventType, STREAM_UNI } from './socket/constants.js';
import type { QuicEvent } from './socket/event.js';
import type { QuicSocket } from './socket/socket.js';
import type { ConnectionClose } from './socket/structs.js';
import type { PeerInfo } from './socket/tls.js';
import { readStats, type ConnectionStats } from './stats.js';
import { StreamTable } from './stream-table.js';

export interface ConnectionEvents {
  stream: [QuicStream | ReceiveStream];
  close: [CloseInfo];
}

/** @internal */
export interface ConnectionInit {
  socket: QuicSocket;
  role: 'client' | 'server';
  local: AddressInfo;
  remote: AddressInfo;
  peer: PeerInfo;
  maxData: number;
}

const EVENTS = [
  EventType.STREAM_UPDATE,
  EventType.STREAM_MAX_DATA,
  EventType.STREAM_MAX_STREAM,
  EventType.CONNECTION_CLOSE,
];

/**
 * A QUIC connection that is established. Streams of the peer come as 'stream' events or from
 * `for await`; they wait until somebody asks.
 */
export class QuicConnection
  extends EventEmitter<ConnectionEvents>
  implements AsyncIterable<QuicStream | ReceiveStream>, AsyncDisposable
{
  readonly role: 'client' | 'server';
  readonly local: AddressInfo;
  readonly remote: AddressInfo;
  readonly alpn: string;
  /** As the client named the server. */
  readonly servername: string | undefined;
  /** For example 'TLS_AES_128_GCM_SHA256'. */
  readonly cipher: string;
  /** True if the peer's certificate was verified. */
  readonly authorized: boolean;
  readonly peerCertificate: X509Certificate | undefined;
  /** Settles when everything is over. It never rejects, so no peer can end the process through it. */
  readonly closed: Promise<CloseInfo>;

  readonly #link: Link;
  readonly #streams: StreamTable;
  readonly #bidi: Opener;
  readonly #uni: Opener;
  readonly #incoming = new Queue<QuicStream | ReceiveStream>();
  #settle!: (info: CloseInfo) => void;
  #info: CloseInfo | undefined;
  #peerClose: ConnectionClose | undefined;
  #lastStats: ConnectionStats | undefined;
  #onFlushed: (() => void) | undefined;

  /** @internal */
  constructor({ socket, role, local, remote, peer, maxData }: ConnectionInit) {
    super();
    this.role = role;
    this.local = local;
    this.remote = remote;
    this.alpn = peer.alpn;
    this.servername = peer.servername;
    this.cipher = peer.cipher;
    this.authorized = peer.authorized;
    this.peerCertificate = peer.peerCertificate;
    this.closed = new Promise((resolve) => {
      this.#settle = resolve;
    });
    for (const type of EVENTS) socket.setEvent(type, true);
    this.#bidi = new Opener(socket, 'bidi');
    this.#uni = new Opener(socket, 'uni');
    this.#link = new Link(socket, maxData, {
      onData: (id, bytes, fin) => {
        this.#streams.data(id, bytes, fin);
      },
      onEvent: (event) => {
        this.#onEvent(event);
      },
      onDrained: () => {
        this.#streams.drained();
      },
      onEnd: () => {
        this.#onEnd();
      },
    });
    this.#streams = new StreamTable(this, this.#link, (stream) => {
      this.#accept(stream);
    });
    this.#streams.onGone = () => {
      if (!this.#streams.flushing) this.#onFlushed?.();
    };
    (this as EventEmitter).on('newListener', (name: string) => {
      if (name !== 'stream') return;
      process.nextTick(() => {
        this.#offer();
      });
    });
    this.#link.start();
  }

  // ---- streams

  /** Waits for the peer's permission; `wait: false` rejects with ERR_QUIC_OPEN_STREAM_FAILED. */
  async createBidirectionalStream(options: OpenOptions = {}): Promise<QuicStream> {
    const mark = highWaterMark(options);
    const id = await this.#open(this.#bidi, options);
    return this.#streams.openBidi(id, mark);
  }

  async createUnidirectionalStream(options: OpenOptions = {}): Promise<SendStream> {
    const mark = highWaterMark(options);
    const id = await this.#open(this.#uni, options);
    return this.#streams.openUni(id, mark);
  }

  async #open(opener: Opener, options: OpenOptions): Promise<number> {
    this.#checkOpen();
    const id = await opener.open(options);
    // It may have ended between the promise and us.
    this.#checkOpen();
    return id;
  }

  #checkOpen(): void {
    if (this.#info !== undefined) throw closedError(this.#info);
  }

  /** One request, one answer: opens a stream, sends `body` and FIN, reads to the peer's FIN. */
  async request(
    body: Bytes | Iterable<Bytes> | AsyncIterable<Bytes>,
    options: OpenOptions & { limit?: number } = {},
  ): Promise<Buffer> {
    const { signal } = options;
    const whole = isBytes(body) ? toBuffer('body', body) : undefined;
    const stream = await this.createBidirectionalStream(options);
    const read = stream.bytes(options);
    // It may fail while the body is still being sent: nobody listens to it then.
    read.catch(() => undefined);
    try {
      if (whole !== undefined) {
        await stream.send(whole, { fin: true, ...(signal && { signal }) });
      } else {
        for await (const part of body as AsyncIterable<Bytes>) {
          await stream.send(part, signal && { signal });
        }
        stream.end();
      }
      return await read;
    } catch (error) {
      stream.destroy();
      throw error;
    }
  }

  #accept(stream: QuicStream | ReceiveStream): void {
    this.#incoming.push(stream);
    this.#offer();
  }

  #offer(): void {
    if (this.listenerCount('stream') === 0) return;
    for (const stream of this.#incoming.take()) {
      call(() => this.emit('stream', stream));
    }
  }

  /** The peer's streams, until the connection is over. */
  [Symbol.asyncIterator](): AsyncIterableIterator<QuicStream | ReceiveStream> {
    return this.#incoming.iterator();
  }

  // ---- what the kernel says

  #onEvent(event: QuicEvent): void {
    switch (event.type) {
      case 'streamUpdate':
        this.#streams.update(event.update);
        break;
      case 'streamMaxData':
        this.#link.wakeStream(event.limit.id);
        break;
      case 'streamMaxStream':
        ((event.highestId & STREAM_UNI) === 0 ? this.#bidi : this.#uni).retry();
        break;
      case 'connectionClose':
        // Data that came before it is still queued (S4.23).
        this.#peerClose = event.close;
        this.#link.drain();
        break;
      default:
        break;
    }
  }

  #onEnd(): void {
    const stored = this.#link.socket.connectionClose();
    this.#finish(closeInfo(this.#peerClose, stored));
  }

  #finish(info: CloseInfo): void {
    if (this.#info !== undefined) return;
    this.#info = info;
    try {
      this.#lastStats = readStats(this.#link.socket);
    } catch {
      // A module without statistics: stats() says so when asked.
    }
    const error = closedError(info);
    this.#bidi.end(error);
    this.#uni.end(error);
    this.#streams.lose(error);
    this.#link.close();
    this.#incoming.end();
    this.#onFlushed?.();
    this.#settle(info);
    process.nextTick(() => this.emit('close', info));
  }

  // ---- the end

  /** As of the end if the connection is over. */
  stats(): ConnectionStats {
    if (this.#info === undefined) return readStats(this.#link.socket);
    if (this.#lastStats === undefined) throw closedError(this.#info);
    return { ...this.#lastStats };
  }

  /**
   * Waits until the peer has acknowledged the streams that were ended, at most `timeout` ms (default
   * 5000), then closes. Streams that were not ended are cut off. Promises like {@link closed}.
   */
  async close(options: CloseOptions = {}): Promise<CloseInfo> {
    const { code, reason, timeout = DEFAULTS.closeTimeout } = closeSettings(options);
    const error = new QuicError('the connection is being closed by this end');
    this.#bidi.end(error);
    this.#uni.end(error);
    if (this.#info === undefined && this.#streams.flushing && timeout > 0) {
      await this.#flushed(timeout);
    }
    if (this.#info === undefined) this.#closeNow({ by: 'local', code, reason });
    return this.closed;
  }

  #flushed(timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const previous = this.#onFlushed;
      const timer = setTimeout(() => {
        resolve();
      }, timeout);
      this.#onFlushed = () => {
        clearTimeout(timer);
        previous?.();
        resolve();
      };
    });
  }

  /** Closes at once. With `error`, what is unfinished fails with it as the cause. */
  destroy(error?: Error): this {
    if (this.#info !== undefined) return this;
    if (error === undefined) {
      this.#closeNow({ by: 'local', code: 0, reason: '' });
      return this;
    }
    const wrapped = new QuicError(`the connection was destroyed: ${error.message}`, {
      code: 'ERR_QUIC_CLOSED',
      cause: error,
    });
    this.#closeNow({ by: 'local', code: 0, reason: '', error: wrapped });
    return this;
  }

  #closeNow(info: CloseInfo): void {
    try {
      this.#link.socket.setConnectionClose({ errcode: info.code, phrase: info.reason });
    } catch {
      // The kernel sends what it has; closing goes on.
    }
    this.#finish(info);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Keeps the process running while the connection is open, which is the default. */
  ref(): this {
    this.#link.ref();
    return this;
  }

  unref(): this {
    this.#link.unref();
    return this;
  }
}

function isBytes(body: unknown): body is Bytes {
  return typeof body === 'string' || ArrayBuffer.isView(body) || body instanceof ArrayBuffer;
}

/** For a socket before its handshake: see {@link ABANDONED}. */
export function markAbandoned(socket: QuicSocket): void {
  socket.setConnectionClose(ABANDONED);
}
