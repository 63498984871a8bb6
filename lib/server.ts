// SPDX-License-Identifier: MIT
import { EventEmitter } from 'node:events';
import type { AddressInfo } from 'node:net';
import { channels } from './channels.js';
import { handshakeError, markAbandoned } from './close-info.js';
import { QuicConnection } from './connection.js';
import { QuicError, abortError, type SystemError } from './errors.js';
import { identityObject, type Identity } from './identity.js';
import { POLL_READABLE } from './native.js';
import { closeSettings, type CloseOptions, type TransportSettings } from './options.js';
import { Queue } from './queue.js';
import { call } from './rethrow.js';
import { Pause, lacksResources } from './shortage.js';
import { EventType } from './socket/constants.js';
import { handshake, tellAlert } from './socket/handshake.js';
import type { QuicSocket } from './socket/socket.js';
import { peerInfo } from './socket/peer-info.js';
import type { Identities } from './sni.js';

export interface ServerEvents {
  connection: [QuicConnection];
  /** A client did not get through the handshake: its certificate, its ALPN, its silence. */
  handshakeError: [QuicError, { remote: AddressInfo }];
  /**
   * accept() failed for want of descriptors or memory: EMFILE, ENFILE, ENOBUFS or ENOMEM. The server tries
   * again every 100 ms. Only where somebody listens, since no client may end the process.
   */
  error: [Error];
  close: [];
}

export type ConnectionHandler = (connection: QuicConnection) => unknown;

/** @internal */
export interface ServerInit {
  socket: QuicSocket;
  alpn: string[];
  identities: Identities;
  transport: TransportSettings;
  requestCert: boolean;
  rejectUnauthorized: boolean;
  keylog: ((line: string) => void) | undefined;
  onConnection: ConnectionHandler | undefined;
  earlyData: boolean;
  ticketKey: Buffer | undefined;
}

/** Connections taken from the kernel at one wake-up. */
const ACCEPT_BATCH = 32;
/** Handshakes under way; further clients wait in the kernel's backlog. */
const MAX_HANDSHAKES = 256;
/** Connections that nobody has taken from the iterator yet. */
const MAX_WAITING = 256;

/** A listening socket and the connections that came in through it. */
export class QuicServer
  extends EventEmitter<ServerEvents>
  implements AsyncIterable<QuicConnection>, AsyncDisposable
{
  readonly #init: ServerInit;
  readonly #address: AddressInfo;
  readonly #connections = new Set<QuicConnection>();
  readonly #handshakes = new Set<AbortController>();
  readonly #incoming = new Queue<QuicConnection>();
  readonly #pause = new Pause(() => {
    this.#updateInterest();
  });
  #listening = true;
  #over: Promise<void> | undefined;
  #onEmpty: (() => void) | undefined;

  /** @internal */
  static create(init: ServerInit): QuicServer {
    return new QuicServer(init);
  }

  private constructor(init: ServerInit) {
    super();
    this.#init = init;
    this.#address = init.socket.localAddress();
    this.#incoming.onTaken = () => {
      this.#updateInterest();
    };
    init.socket.descriptor.onReady = () => {
      this.#acceptBatch();
    };
    this.#updateInterest();
    if (channels.serverListen.hasSubscribers) channels.serverListen.publish({ server: this });
  }

  get fd(): number {
    return this.#init.socket.fd;
  }

  get listening(): boolean {
    return this.#listening;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#connections.size;
  }

  address(): AddressInfo {
    return { ...this.#address };
  }

  /**
   * Another default identity, for new connections; `sni` stays as it is. Throws what listen() rejects
   * with for a wrong one, and then the old one stays.
   */
  setSecureContext(identity: Identity): void {
    this.#init.identities.setDefault(identityObject('identity', identity));
  }

  // ---- accepting

  #updateInterest(): void {
    const room = this.#handshakes.size < MAX_HANDSHAKES && this.#incoming.size < MAX_WAITING;
    const ready = this.#listening && !this.#pause.running && room;
    this.#init.socket.descriptor.interest = ready ? POLL_READABLE : 0;
  }

  #acceptBatch(): void {
    for (let i = 0; i < ACCEPT_BATCH && this.#handshakes.size < MAX_HANDSHAKES; i++) {
      let socket: QuicSocket | undefined;
      try {
        socket = this.#init.socket.accept();
      } catch (error) {
        this.#onAcceptError(error as SystemError);
        if (this.#pause.running) break;
        continue;
      }
      if (socket === undefined) break;
      void this.#serve(socket);
    }
    this.#updateInterest();
  }

  /** Any other error concerned that one client only (S2.28). */
  #onAcceptError(error: SystemError): void {
    if (!lacksResources(error.errno)) return;
    this.#pause.begin();
    if (this.listenerCount('error') > 0) call(() => this.emit('error', error));
  }

  async #serve(socket: QuicSocket): Promise<void> {
    const { alpn, identities, transport, requestCert, rejectUnauthorized, keylog } = this.#init;
    const { earlyData, ticketKey } = this.#init;
    const abort = new AbortController();
    this.#handshakes.add(abort);
    let remote: AddressInfo = { address: '', family: '', port: 0 };
    try {
      remote = socket.remoteAddress();
      const local = socket.localAddress();
      markAbandoned(socket);
      if (ticketKey !== undefined) socket.setSessionTicket(ticketKey);
      // A stream may come and be reset before the last step's result is here. The kernel tells it then (F51).
      socket.setEvent(EventType.STREAM_UPDATE, true);
      const result = await handshake(socket, identities.fallback, {
        server: true,
        alpn,
        servername: undefined,
        requestCert,
        rejectUnauthorized,
        timeout: transport.handshakeTimeout,
        signal: abort.signal,
        earlyData,
        ...(identities.byName && { identify: (name: string) => identities.choose(name) }),
        ...(keylog && { keylog }),
      });
      // The server may have been closed during the last step.
      if (abort.signal.aborted) throw abortError(abort.signal);
      const { maxData } = transport;
      const peer = peerInfo(result);
      this.#add(QuicConnection.create({ socket, role: 'server', local, remote, peer, maxData }));
    } catch (error) {
      tellAlert(socket, error);
      socket.close();
      if (!abort.signal.aborted) {
        this.#failed(handshakeError(error), remote);
      }
    } finally {
      this.#handshakes.delete(abort);
      this.#updateInterest();
    }
  }

  #failed(error: QuicError, remote: AddressInfo): void {
    if (channels.handshakeError.hasSubscribers) {
      channels.handshakeError.publish({ error, remote, server: this });
    }
    call(() => this.emit('handshakeError', error, { remote }));
  }

  #add(connection: QuicConnection): void {
    this.#connections.add(connection);
    void connection.closed.then(() => {
      this.#connections.delete(connection);
      if (this.#connections.size === 0) this.#onEmpty?.();
    });
    // Raw: what was added with once() removes itself when it is called.
    const handlers = this.rawListeners('connection') as ConnectionHandler[];
    if (this.#init.onConnection !== undefined) handlers.unshift(this.#init.onConnection);
    for (const handler of handlers) this.#handle(handler, connection);
    if (this.#incoming.iterated || handlers.length === 0) this.#incoming.push(connection);
  }

  /** A handler that throws or rejects closes its own connection and nothing else. */
  #handle(handler: ConnectionHandler, connection: QuicConnection): void {
    const fail = (error: unknown): void => {
      connection.destroy(error instanceof Error ? error : new Error(String(error)));
    };
    try {
      const result = handler.call(this, connection);
      if (result instanceof Promise) result.catch(fail);
    } catch (error) {
      fail(error);
    }
  }

  /**
   * Connections as they come. Without a handler they wait here until somebody asks; handlers get theirs
   * in any case. Leaving the loop closes nothing, and closing the server ends the loop.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<QuicConnection> {
    return this.#incoming.iterator();
  }

  // ---- the end

  /**
   * Stops accepting, lets open connections finish, then resolves. After `timeout` ms (default: no
   * limit) the rest are closed with `code` and `reason`, as {@link QuicConnection.close} does it: those that have
   * sent the end of a stream get up to 5 s more until it is acknowledged.
   */
  close(options: CloseOptions = {}): Promise<void> {
    const settings = closeSettings(options);
    this.#over ??= this.#close(settings);
    return this.#over;
  }

  async #close(settings: ReturnType<typeof closeSettings>): Promise<void> {
    this.#listening = false;
    this.#pause.end();
    this.#init.socket.close();
    for (const abort of this.#handshakes) abort.abort();
    this.#incoming.end();
    await this.#empty(settings);
    if (channels.serverClose.hasSubscribers) channels.serverClose.publish({ server: this });
    this.emit('close');
  }

  async #empty({ code, reason, timeout }: ReturnType<typeof closeSettings>): Promise<void> {
    if (this.#connections.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            for (const connection of this.#connections) void connection.close({ code, reason });
          }, timeout);
    await empty;
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ timeout: 0 });
  }

  ref(): this {
    this.#init.socket.descriptor.ref();
    return this;
  }

  unref(): this {
    this.#init.socket.descriptor.unref();
    return this;
  }
}
