// SPDX-License-Identifier: MIT
//
// The TLS handshake of a connected or accepted socket. Its steps run in the addon's worker threads;
// between them the socket is polled here, so a peer that keeps silent occupies nothing but a timer.
import { EPIPE, ENOTCONN } from '../errno.js';
import { QuicError, stateError, systemError } from '../errors.js';
import { call } from '../rethrow.js';
import { throwIfAborted, whenAborted } from '../signal.js';
import {
  HANDSHAKE_DONE,
  HANDSHAKE_WANTS_IDENTITY,
  HANDSHAKE_WANTS_READ,
  HANDSHAKE_WANTS_WRITE,
  POLL_READABLE,
  POLL_WRITABLE,
  native,
  type Credentials,
  type Handshake,
  type HandshakeOptions,
  type HandshakeResult,
} from '../native.js';
import { alertName } from '../tls-alerts.js';
import { TransportError } from './constants.js';
import type { QuicSocket } from './socket.js';

export interface RunHandshakeOptions
  extends
    Omit<HandshakeOptions, 'keylog' | 'asksIdentity' | 'earlyData' | 'session' | 'psk'>,
    Partial<Pick<HandshakeOptions, 'earlyData' | 'session' | 'psk'>> {
  /** Milliseconds. */
  timeout: number;
  keylog?: (line: string) => void;
  signal?: AbortSignal | undefined;
  /** Called whenever the peer has to answer: the first time a client's first flight has left. */
  onWait?: () => void;
  /** Server: who it is for the client that asks for `servername`, which may be empty. */
  identify?: (servername: string) => Promise<Credentials>;
}

/** What a client's session data is made of, when its ticket has come: empty before. */
export interface HandshakeOutcome extends HandshakeResult {
  sessionData(): Buffer;
}

/** GnuTLS failed: this end closes the connection with an alert. */
function localFailure(result: HandshakeResult): QuicError {
  const why = result.verification === '' ? result.error : result.verification;
  if (result.alert < 0) {
    return new QuicError(`the handshake failed: ${why}`, { code: 'ERR_QUIC_CONNECTION_FAILED' });
  }
  return new QuicError(`the handshake failed: ${why} (alert ${alertName(result.alert)})`, {
    code: 'ERR_QUIC_TRANSPORT_ERROR',
    errorCode: TransportError.CRYPTO + result.alert,
  });
}

/** The socket failed, most often because the peer closed it. */
function remoteFailure(socket: QuicSocket, result: HandshakeResult): QuicError {
  if (result.alert >= 0) {
    const alert = alertName(result.alert);
    return new QuicError(`the peer refused the handshake (alert ${alert})`, {
      code: 'ERR_QUIC_TRANSPORT_ERROR',
      errorCode: TransportError.CRYPTO + result.alert,
    });
  }
  const cause = systemError('recvmsg', -result.errno);
  if (result.errno !== ENOTCONN && result.errno !== EPIPE) {
    const message = `the handshake failed: ${result.error}`;
    return new QuicError(message, { code: 'ERR_QUIC_CONNECTION_FAILED', cause });
  }
  const { errcode, phrase } = socket.connectionClose();
  if (errcode === 0) {
    const message = 'the connection ended during the handshake: the peer does not answer';
    return new QuicError(message, { code: 'ERR_QUIC_CONNECTION_FAILED', cause });
  }
  if (errcode === TransportError.VERSION_NEGOTIATION) {
    const message = 'the peer speaks no version of QUIC that this end does (1 and 2)';
    const code = 'ERR_QUIC_VERSION_NEGOTIATION_ERROR';
    return new QuicError(message, { code, errorCode: errcode, cause });
  }
  const refused = errcode === TransportError.CONNECTION_REFUSED;
  const what = refused ? 'refused the connection' : 'closed the connection during the handshake';
  return new QuicError(`the peer ${what} (code ${errcode})`, {
    code: 'ERR_QUIC_CONNECTION_FAILED',
    errorCode: errcode,
    reason: phrase,
    cause,
  });
}

/** One handshake, from its first step to its promise. */
class Run {
  readonly promise: Promise<HandshakeOutcome>;
  readonly #handshake: Handshake;
  readonly #timer: NodeJS.Timeout;
  readonly #ignoreSignal: () => void;
  #resolve!: (result: HandshakeOutcome) => void;
  #reject!: (error: Error) => void;
  #stopped: Error | undefined;
  #busy = false;
  #over = false;

  constructor(
    private readonly socket: QuicSocket,
    credentials: Credentials | undefined,
    private readonly options: RunHandshakeOptions,
  ) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { server, alpn, servername, requestCert, rejectUnauthorized, keylog } = options;
    const { earlyData = false, session, psk = [] } = options;
    this.#handshake = new (native().Handshake)(socket.fd, credentials, {
      server,
      alpn,
      servername,
      requestCert,
      rejectUnauthorized,
      keylog: keylog !== undefined,
      earlyData,
      session,
      psk,
      asksIdentity: options.identify !== undefined,
    });
    this.#timer = setTimeout(this.#onTimeout, options.timeout);
    this.#ignoreSignal = whenAborted(options.signal, (error) => {
      this.#stop(error);
    });
    socket.descriptor.onReady = () => {
      socket.descriptor.interest = 0;
      this.#advance();
    };
    socket.descriptor.onClosed = () => {
      this.#stop(new QuicError('the socket was closed during the handshake'));
    };
    this.#advance();
  }

  #advance(): void {
    this.#busy = true;
    // The step's thread has the number only: it must not become another file's meanwhile.
    this.socket.descriptor.pin();
    this.#handshake.advance((status) => {
      this.#onStep(status);
    });
  }

  #onStep(status: number): void {
    this.#busy = false;
    this.socket.descriptor.unpin();
    for (const line of this.#handshake.keylog()) call(() => this.options.keylog?.(line));
    if (this.#stopped !== undefined) {
      this.#fail(this.#stopped);
    } else if (status === HANDSHAKE_DONE) {
      this.#leave();
      const handshake = this.#handshake;
      this.#resolve({ ...handshake.result(), sessionData: () => handshake.sessionData() });
    } else if (status === HANDSHAKE_WANTS_READ) {
      this.socket.descriptor.interest = POLL_READABLE;
      this.options.onWait?.();
    } else if (status === HANDSHAKE_WANTS_WRITE) {
      this.socket.descriptor.interest = POLL_WRITABLE;
    } else if (status === HANDSHAKE_WANTS_IDENTITY) {
      void this.#identify();
    } else {
      const result = this.#handshake.result();
      this.#fail(result.errno === 0 ? localFailure(result) : remoteFailure(this.socket, result));
    }
  }

  /** Takes as long as the program's function does; meanwhile the handshake can time out. */
  async #identify(): Promise<void> {
    try {
      const credentials = await this.options.identify?.(this.#handshake.result().servername);
      if (this.#over || credentials === undefined) return;
      this.#handshake.identify(credentials);
      this.#advance();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  readonly #onTimeout = (): void => {
    const message = `the handshake did not complete within ${this.options.timeout} ms`;
    this.#stop(new QuicError(message, { code: 'ERR_QUIC_CONNECTION_FAILED' }));
  };

  /** Not before the step under way is over: the caller closes the socket next. */
  #stop(error: Error): void {
    if (this.#busy) this.#stopped ??= error;
    else this.#fail(error);
  }

  #fail(error: Error): void {
    if (this.#over) return;
    this.#leave();
    this.#reject(error);
  }

  #leave(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#ignoreSignal();
    this.socket.descriptor.onReady = () => undefined;
    this.socket.descriptor.onClosed = () => undefined;
    this.socket.descriptor.interest = 0;
  }
}

/** libquic has told the socket about alerts that TLS raised; about ours it is told here. */
export function tellAlert(socket: QuicSocket, error: unknown): void {
  const { errorCode } = error as { errorCode?: number };
  if (errorCode === undefined || errorCode < TransportError.CRYPTO) return;
  try {
    socket.setConnectionClose({ errcode: errorCode });
  } catch {
    // Closing tells the peer at least that it is over.
  }
}

const underWay = new WeakSet<QuicSocket>();

/**
 * Resolves when the socket is established and the peer is verified. On failure the socket is left
 * for the caller to close, which tells the peer why.
 */
export async function handshake(
  socket: QuicSocket,
  credentials: Credentials | undefined,
  options: RunHandshakeOptions,
): Promise<HandshakeOutcome> {
  throwIfAborted(options.signal);
  if (underWay.has(socket)) throw stateError('a handshake is under way on this socket');
  underWay.add(socket);
  try {
    return await new Run(socket, credentials, options).promise;
  } finally {
    underWay.delete(socket);
  }
}
