// SPDX-License-Identifier: MIT
import { EventEmitter } from 'node:events';
import type { X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { adoptConnection } from './adopt.js';
import { keepAlpn } from './alpn.js';
import type { Bytes } from './bytes.js';
import { channels } from './channels.js';
import { closeInfo, closedError, failedInfo, type CloseInfo } from './close-info.js';
import { WAITED_FOR, type ConnectionEvents } from './connection-events.js';
import type { ConnectionInit, Opening, Seal } from './connection-init.js';
import { Datagrams, type DatagramOptions } from './datagrams.js';
import { EINVAL, EPIPE } from './errno.js';
import { QuicError, stateError, type SystemError } from './errors.js';
import { Incoming } from './incoming.js';
import { Keepsakes } from './keepsakes.js';
import { Link } from './link.js';
import { Migration, type LocalAddress, type MigrateOptions } from './migration.js';
import { Opener, highWaterMark, type OpenOptions } from './opener.js';
import { DEFAULTS, closeSettings, type CloseOptions } from './options.js';
import type { QuicStream } from './quic-stream.js';
import type { ReceiveStream } from './receive-stream.js';
import { checkBody, exchange } from './request.js';
import type { SendStream } from './send-stream.js';
import { throwIfAborted, whenAborted } from './signal.js';
import { EventType, STREAM_UNI } from './socket/constants.js';
import type { QuicEvent } from './socket/event.js';
import type { ConnectionClose } from './socket/structs.js';
import type { PeerInfo } from './socket/peer-info.js';
import { checkReadOptions, type ReadOptions } from './stream-common.js';
import { Statistics, type ConnectionStats } from './stats.js';
import { StreamTable } from './stream-table.js';
import { abortSignal, object } from './validate.js';

const EVENTS = [
  EventType.STREAM_UPDATE,
  EventType.STREAM_MAX_DATA,
  EventType.STREAM_MAX_STREAM,
  EventType.CONNECTION_CLOSE,
  EventType.CONNECTION_MIGRATION,
  EventType.KEY_UPDATE,
];

/**
 * A QUIC connection: established, or resumed and sending early data until it is. Streams of the peer
 * come as 'stream' events or from `for await`; they wait until somebody asks.
 */
export class QuicConnection
  extends EventEmitter<ConnectionEvents>
  implements AsyncIterable<QuicStream | ReceiveStream>, AsyncDisposable
{
  readonly role: 'client' | 'server';
  /**
   * Resolves when the handshake is complete, which it is already unless connect() had `earlyData`.
   * Rejects if it failed, which nobody has to handle: `closed` tells it as well.
   */
  readonly opened: Promise<void>;
  /** Settles when everything is over. It never rejects, so no peer can end the process through it. */
  readonly closed: Promise<CloseInfo>;

  readonly #link: Link;
  readonly #datagrams: Datagrams;
  readonly #migration: Migration;
  readonly #keepsakes: Keepsakes;
  #peer: PeerInfo;
  #opening: Opening | undefined;
  readonly #streams: StreamTable;
  readonly #bidi: Opener;
  readonly #uni: Opener;
  readonly #incoming: Incoming;
  readonly #stats: Statistics;
  #settle!: (info: CloseInfo) => void;
  #info: CloseInfo | undefined;
  #peerClose: ConnectionClose | undefined;
  #onFlushed: (() => void) | undefined;

  /** @internal */
  static create(init: ConnectionInit): QuicConnection {
    return new QuicConnection(init);
  }

  private constructor(init: ConnectionInit) {
    const { socket, role, local, remote, peer, maxData, opening } = init;
    super();
    this.role = role;
    this.#peer = peer;
    this.#opening = opening;
    this.closed = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#keepsakes = new Keepsakes(socket, {
      count: (name) => this.listenerCount(name),
      emit: (name, bytes) => this.emit(name, bytes),
    });
    this.#bidi = new Opener(socket, 'bidi');
    this.#uni = new Opener(socket, 'uni');
    this.#migration = new Migration(socket, local, remote);
    this.#incoming = new Incoming({
      count: () => this.listenerCount('stream'),
      emit: (stream) => this.emit('stream', stream),
    });
    this.#datagrams = new Datagrams(socket, {
      count: () => this.listenerCount('datagram'),
      emit: (datagram) => this.emit('datagram', datagram),
    });
    this.#stats = new Statistics(socket, this.#datagrams);
    this.#link = new Link(socket, maxData, {
      onData: (id, bytes, fin) => {
        this.#streams.data(id, bytes, fin);
      },
      onDatagram: (datagram) => {
        this.#datagrams.arrive(datagram);
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
      this.#incoming.arrive(stream);
    });
    this.#streams.onGone = () => {
      if (!this.#streams.flushing) this.#onFlushed?.();
    };
    (this as EventEmitter).on('newListener', (name: string) => {
      if (!WAITED_FOR.has(name)) return;
      process.nextTick(() => {
        this.#incoming.offer();
        this.#datagrams.offer();
        this.#keepsakes.offer();
      });
    });
    this.opened = opening === undefined ? this.#open(peer, init.seal) : this.#openLater(opening);
    this.opened.catch(() => undefined);
  }

  // ---- the handshake

  #open(peer: PeerInfo, seal: Seal | undefined): Promise<void> {
    const { socket } = this.#link;
    this.#peer = peer;
    this.#opening = undefined;
    this.#streams.early = this.role === 'server' && peer.earlyDataAccepted;
    for (const type of EVENTS) socket.setEvent(type, true);
    this.#link.start();
    this.#bidi.early = false;
    this.#uni.early = false;
    if (seal !== undefined) this.#keepsakes.open(seal);
    if (channels.connectionOpen.hasSubscribers) {
      channels.connectionOpen.publish({ connection: this });
    }
    if (!this.#streams.flushing) this.#onFlushed?.();
    return Promise.resolve();
  }

  /** Streams and datagrams go out meanwhile; nothing comes in (S4.20). */
  async #openLater(opening: Opening): Promise<void> {
    // Early data may be acknowledged by the packets that complete the handshake. Events of types that are
    // not of streams would be told during it (F51), to TLS, which passes them over.
    this.#link.socket.setEvent(EventType.STREAM_UPDATE, true);
    this.#bidi.early = true;
    this.#uni.early = true;
    try {
      const { peer, seal } = await opening.done;
      if (this.#info === undefined) await this.#open(peer, seal);
    } catch (error) {
      this.#finish(failedInfo(error));
    }
    this.#checkOpen();
  }

  get alpn(): string {
    return this.#peer.alpn;
  }

  /** As the client named the server. */
  get servername(): string | undefined {
    return this.#peer.servername;
  }

  /** For example 'TLS_AES_128_GCM_SHA256'. */
  get cipher(): string {
    return this.#peer.cipher;
  }

  /** True if the peer's certificate was verified, on a resumed connection at an earlier one. */
  get authorized(): boolean {
    return this.#peer.authorized;
  }

  get peerCertificate(): X509Certificate | undefined {
    return this.#peer.peerCertificate;
  }

  /** True if the handshake was the short one that a session permits. */
  get sessionReused(): boolean {
    return this.#peer.sessionReused;
  }

  /**
   * Whether the server took what the client sent in 0-RTT packets. If not, the kernel has sent it again
   * after the handshake: nothing is lost. False until {@link opened}.
   */
  get earlyDataAccepted(): boolean {
    return this.#peer.earlyDataAccepted;
  }

  /** This end's address, which migrate() changes. */
  get local(): AddressInfo {
    return this.#migration.local;
  }

  get remote(): AddressInfo {
    return this.#migration.remote;
  }

  /**
   * Takes over a connection: `fd` was inherited, or another thread or process gave it away with
   * detach(). The kernel knows no `servername` and no certificate, so `authorized` is false here:
   * whoever hands a connection over says what else the new owner has to know. An aborted `signal`
   * destroys the connection. Throws ERR_INVALID_ARG_VALUE if `fd` is no such connection; then it stays
   * open.
   */
  static fromFd(fd: number, options: { signal?: AbortSignal } = {}): QuicConnection {
    const signal = abortSignal('signal', object('options', options)['signal']);
    throwIfAborted(signal);
    const connection = new QuicConnection(adoptConnection(fd));
    const ignore = whenAborted(signal, (error) => connection.destroy(error));
    void connection.closed.then(ignore);
    return connection;
  }

  // ---- streams

  /** Waits for the peer's permission; `wait: false` rejects with ERR_QUIC_OPEN_STREAM_FAILED. */
  async createBidirectionalStream(options: OpenOptions = {}): Promise<QuicStream> {
    const mark = highWaterMark(options);
    const id = await this.#openStream(this.#bidi, options);
    return this.#streams.openBidi(id, mark);
  }

  async createUnidirectionalStream(options: OpenOptions = {}): Promise<SendStream> {
    const mark = highWaterMark(options);
    const id = await this.#openStream(this.#uni, options);
    return this.#streams.openUni(id, mark);
  }

  async #openStream(opener: Opener, options: OpenOptions): Promise<number> {
    this.#checkOpen();
    const id = await opener.open(options);
    // It may have ended between the promise and us.
    this.#checkOpen();
    return id;
  }

  #checkOpen(): void {
    if (this.#info !== undefined) throw closedError(this.#info);
  }

  /**
   * One request, one answer: opens a stream, sends `body` and FIN, reads to the peer's FIN, at most
   * `limit` bytes (default 1 MiB; more: ERR_QUIC_STREAM_TOO_LARGE). If that fails, `body` throws, or
   * `signal` is aborted, the stream is destroyed, and an iterator of `body` is told to return.
   */
  async request(
    body: Bytes | Iterable<Bytes> | AsyncIterable<Bytes>,
    options: OpenOptions & ReadOptions = {},
  ): Promise<Buffer> {
    checkBody(body);
    checkReadOptions(options);
    return exchange(await this.createBidirectionalStream(options), body, options);
  }

  /**
   * The peer's streams, until the connection is over. What a 'stream' listener got does not come here.
   * Leaving the loop closes nothing: another loop goes on where this one stopped.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<QuicStream | ReceiveStream> {
    return this.#incoming.iterator();
  }

  // ---- datagrams

  /** Bytes that a datagram may have now: what the peer takes and the path permits. 0: the peer takes none. */
  get maxDatagramSize(): number {
    return this.#info === undefined ? this.#datagrams.maxSize() : 0;
  }

  /**
   * Queues a datagram (RFC 9221), which arrives once or not at all. False if it could not be queued: it
   * is empty or longer than {@link maxDatagramSize}, the send buffer is full, or the connection is over.
   */
  sendDatagram(data: Bytes): boolean {
    return this.#datagrams.send(data);
  }

  /**
   * Datagrams as they arrive, until the connection is over. Of those that wait only the newest
   * `highWaterMark` are kept; stats() counts the others. Listeners of 'datagram' come first.
   */
  datagrams(options: DatagramOptions = {}): AsyncIterableIterator<Buffer> {
    return this.#datagrams.iterator(options);
  }

  // ---- keys and paths

  /**
   * New keys for what both ends send from now on (RFC 9001, 6); the peer gets 'keyUpdate'. Throws
   * ERR_INVALID_STATE while the last update is not complete, which takes a round trip or two, and before
   * {@link opened}.
   */
  updateKey(): void {
    this.#checkOpen();
    if (this.#opening !== undefined) throw stateError('the handshake is not complete');
    try {
      this.#link.socket.updateKey();
    } catch (error) {
      const { errno } = error as SystemError;
      if (errno === -EINVAL) throw stateError('the last key update is not complete', error);
      if (errno === -EPIPE) throw new QuicError('the connection has ended', { cause: error });
      throw error;
    }
  }

  /**
   * Goes on from another local address, for example when a phone leaves the Wi-Fi. Resolves when the
   * peer has answered there; streams notice nothing. Rejects with ERR_QUIC_MIGRATION_FAILED if it does
   * not, or forbids it, and with the system's error (EADDRNOTAVAIL, EADDRINUSE) if the address cannot be
   * had; the connection then stays where it is. ERR_INVALID_STATE: the last migration is not over.
   * Before {@link opened} it waits for that.
   */
  async migrate(local: LocalAddress, options: MigrateOptions = {}): Promise<void> {
    this.#checkOpen();
    if (this.#opening !== undefined) await this.opened;
    try {
      await this.#migration.start(local, options);
    } catch (error) {
      // The peer has closed, and the event that says so is not read yet.
      if ((error as SystemError).errno === -EPIPE) throw closedError(await this.closed);
      throw error;
    }
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
      case 'connectionMigration':
        if (!this.#migration.moved(event.local)) break;
        this.emit('migrate', { local: this.local, remote: this.remote });
        break;
      case 'keyUpdate':
        this.emit('keyUpdate');
        break;
      case 'newToken':
        this.#keepsakes.token(event.token);
        break;
      case 'newSessionTicket':
        this.#keepsakes.ticket();
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
    this.#stats.keep();
    const error = closedError(info);
    this.#bidi.end(error);
    this.#uni.end(error);
    this.#streams.lose(error);
    this.#migration.end(error);
    this.#keepsakes.end();
    this.#opening?.cancel();
    this.#link.close(this.#opening?.done);
    this.#opening = undefined;
    this.#incoming.end();
    this.#datagrams.end();
    this.#onFlushed?.();
    this.#settle(info);
    if (channels.connectionClose.hasSubscribers) {
      channels.connectionClose.publish({ connection: this, info });
    }
    process.nextTick(() => this.emit('close', info));
  }

  // ---- the end

  /**
   * Gives the connection away and returns its descriptor, for {@link fromFd} in another thread or, as
   * inherited stdio, in another process; whoever keeps a copy closes it. The kernel keeps all
   * protocol state. This object is over then: {@link closed} settles with `by: 'local'`. Throws
   * ERR_INVALID_STATE while streams are open, since bytes of theirs may be in this process only.
   */
  detach(): number {
    this.#checkOpen();
    if (this.#opening !== undefined) throw stateError('the handshake is not complete');
    if (this.#streams.busy || this.#incoming.size > 0) {
      throw stateError(
        'the connection has open streams: detach() it before the first or after the last',
      );
    }
    keepAlpn(this.#link.socket, this.alpn);
    const error = new QuicError('the connection was given away with detach()');
    this.#stats.keep();
    const fd = this.#link.giveAway();
    this.#finish({ by: 'local', code: 0, reason: '', error });
    return fd;
  }

  /** As of the end if the connection is over. */
  stats(): ConnectionStats {
    if (this.#info === undefined) return this.#stats.read();
    const { last } = this.#stats;
    if (last === undefined) throw closedError(this.#info);
    return { ...last };
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
    const unfinished = this.#streams.flushing || this.#opening !== undefined;
    if (this.#info === undefined && unfinished && timeout > 0) {
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
