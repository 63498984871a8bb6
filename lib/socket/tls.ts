// SPDX-License-Identifier: MIT
//
// The handshakes of the raw layer: the options of the public API, a socket of the caller's own.
import { alpnList } from '../alpn.js';
import { clientCredentials, serverCredentials, type Identity, type Pem } from '../identity.js';
import type { Credentials } from '../native.js';
import { stateError } from '../errors.js';
import { DEFAULTS } from '../options.js';
import { remember, resumption, sealOf } from '../resume.js';
import { call } from '../rethrow.js';
import { abortSignal, callback, flag, integer, object, text } from '../validate.js';
import { QuicVersion } from './constants.js';
import { handshake, type HandshakeOutcome, type RunHandshakeOptions } from './handshake.js';
import { peerInfo, type PeerInfo } from './peer-info.js';
import { pskPairs, type Psk, type PskPair } from './psk.js';
import type { QuicSocket } from './socket.js';
import { isConnected, isEstablished, isListening, isServer } from './state.js';

interface HandshakeOptionsBase extends Partial<Identity> {
  alpn: string | string[];
  ca?: Pem | Pem[];
  rejectUnauthorized?: boolean;
  /** Milliseconds, default 10 000. */
  timeout?: number;
  keylog?: (line: string) => void;
  signal?: AbortSignal;
}

export interface ClientHandshakeOptions extends HandshakeOptionsBase {
  /** What the certificate must be for. */
  servername: string;
  /** In place of certificates, whoever holds it is authorized. */
  psk?: Psk;
  /**
   * From {@link ClientPeerInfo.session} or a 'session' event: the handshake is a short one if the server agrees. One
   * for another name, protocol or version of QUIC is not used.
   */
  session?: Uint8Array;
  /** Early data may be sent, if `session` fits: within its limits, which are set on the socket. Default false. */
  earlyData?: boolean;
  /** Called once when early data may be sent; not at all if it may not. */
  onEarly?: () => void;
}

export type ServerHandshakeOptions = HandshakeOptionsBase & {
  requestCert?: boolean;
  /**
   * Takes early data, that of a first flight once in this process (RFC 8446, 8). It is received when the
   * handshake is complete, like any other (S4.20). Default false.
   */
  earlyData?: boolean;
} & (
    | (Identity & { psk?: undefined })
    | { /** The clients' keys, in place of certificates. */ psk: Psk[] }
  );

export interface ClientPeerInfo extends PeerInfo {
  /**
   * For the next connection. Undefined until the server's ticket is there, which the event
   * NEW_SESSION_TICKET tells. Holds a secret; keep it as one.
   */
  session(): Buffer | undefined;
}

function run(
  socket: QuicSocket,
  options: HandshakeOptionsBase,
  side: Pick<RunHandshakeOptions, 'server' | 'servername' | 'requestCert' | 'psk'> &
    Partial<RunHandshakeOptions>,
  credentials: Credentials | undefined,
): Promise<HandshakeOutcome> {
  const keylog = callback('keylog', options.keylog);
  return handshake(socket, credentials, {
    alpn: alpnList(options.alpn),
    rejectUnauthorized: flag('rejectUnauthorized', options.rejectUnauthorized, true),
    timeout: integer('timeout', options.timeout, DEFAULTS.handshakeTimeout, [1, 2 ** 31 - 1]),
    signal: abortSignal('signal', options.signal),
    ...(keylog === undefined ? {} : { keylog }),
    ...side,
  });
}

/**
 * Throws unless a handshake of this side may begin. A server's client may have left before: the handshake itself
 * says so, and why.
 */
function checkState(socket: QuicSocket, side: 'client' | 'server'): void {
  if (isListening(socket)) {
    throw stateError('the socket listens: the sockets that accept() gives have handshakes');
  }
  const role = isServer(socket) ? 'server' : 'client';
  const connected = isConnected(socket);
  if (role === 'client' && !connected) {
    const before = side === 'client' ? 'connect() comes before' : 'accept() gives those for';
    throw stateError(`the socket is not connected: ${before} ${side}Handshake()`);
  }
  if (role !== side) throw stateError(`the socket is a ${role}'s: it needs ${role}Handshake()`);
  if (connected && isEstablished(socket)) throw stateError('the handshake is complete already');
}

/** After connect(). The socket stays the caller's, also on failure. ERR_INVALID_STATE: it cannot begin. */
export async function clientHandshake(
  socket: QuicSocket,
  options: ClientHandshakeOptions,
): Promise<ClientPeerInfo> {
  object('options', options);
  const servername = text('servername', options.servername);
  const { key, cert, ca } = options;
  const psk = pskPairs(options.psk, { key, cert, ca });
  const onEarly = callback('onEarly', options.onEarly);
  const alpn = alpnList(options.alpn);
  const rejectUnauthorized = flag('rejectUnauthorized', options.rejectUnauthorized, true);
  checkState(socket, 'client');
  const version = socket.config().version === QuicVersion.V2 ? 2 : 1;
  const known = resumption({ ...options, version }, { servername, alpn, rejectUnauthorized });
  const { session, early } = known;
  const credentials = psk.length > 0 ? undefined : clientCredentials(options);
  remember(socket, known);
  let told = early === undefined;
  const outcome = await run(
    socket,
    options,
    {
      ...{ server: false, servername, requestCert: false, psk, session: session?.tls },
      // RFC 8446, 4.2.10
      ...(early !== undefined && { earlyData: true, alpn: [early.facts.alpn] }),
      onWait: () => {
        if (told) return;
        told = true;
        call(() => onEarly?.());
      },
    },
    credentials,
  );
  return { ...peerInfo(outcome), session: sealOf(socket, outcome, servername, version) };
}

/** After accept(). The socket stays the caller's, also on failure. ERR_INVALID_STATE: it cannot begin. */
export async function serverHandshake(
  socket: QuicSocket,
  options: ServerHandshakeOptions,
): Promise<PeerInfo> {
  object('options', options);
  const requestCert = flag('requestCert', options.requestCert, false);
  const earlyData = flag('earlyData', options.earlyData, false);
  const { key, cert, ca } = options;
  const psk: PskPair[] = pskPairs(options.psk, { key, cert, ca });
  const credentials = psk.length > 0 ? undefined : serverCredentials(options, { ca, requestCert });
  checkState(socket, 'server');
  const side = { server: true, servername: undefined, requestCert, psk, earlyData };
  return peerInfo(await run(socket, options, side, credentials));
}
