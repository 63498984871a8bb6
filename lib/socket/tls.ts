// SPDX-License-Identifier: MIT
//
// The handshakes of the raw layer: the options of the public API, a socket of the caller's own.
import { X509Certificate } from 'node:crypto';
import { clientCredentials, serverCredentials, type Identity, type Pem } from '../identity.js';
import { alpnList } from '../alpn.js';
import { DEFAULTS } from '../options.js';
import { abortSignal, callback, flag, integer, object, text } from '../validate.js';
import type { HandshakeResult } from '../native.js';
import { handshake } from './handshake.js';
import type { QuicSocket } from './socket.js';

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
}

export type ServerHandshakeOptions = HandshakeOptionsBase & Identity & { requestCert?: boolean };

export interface PeerInfo {
  alpn: string;
  cipher: string;
  servername: string | undefined;
  authorized: boolean;
  sessionReused: boolean;
  earlyDataAccepted: boolean;
  peerCertificate: X509Certificate | undefined;
}

export function peerInfo(result: HandshakeResult): PeerInfo {
  const { alpn, cipher, servername, authorized, peerCertificate } = result;
  return {
    alpn,
    cipher,
    servername: servername === '' ? undefined : servername,
    authorized,
    sessionReused: result.resumed,
    earlyDataAccepted: result.earlyData,
    peerCertificate:
      peerCertificate === undefined ? undefined : new X509Certificate(peerCertificate),
  };
}

async function run(
  socket: QuicSocket,
  options: HandshakeOptionsBase,
  side: { server: boolean; servername: string | undefined; requestCert: boolean },
): Promise<PeerInfo> {
  const keylog = callback('keylog', options.keylog);
  const { ca } = options;
  const credentials = side.server
    ? serverCredentials(options, { ca, requestCert: side.requestCert })
    : clientCredentials(options);
  const result = await handshake(socket, credentials, {
    ...side,
    alpn: alpnList(options.alpn),
    rejectUnauthorized: flag('rejectUnauthorized', options.rejectUnauthorized, true),
    timeout: integer('timeout', options.timeout, DEFAULTS.handshakeTimeout, [1, 2 ** 31 - 1]),
    signal: abortSignal('signal', options.signal),
    ...(keylog === undefined ? {} : { keylog }),
  });
  return peerInfo(result);
}

/** After connect(). The socket stays the caller's, also on failure. */
export function clientHandshake(
  socket: QuicSocket,
  options: ClientHandshakeOptions,
): Promise<PeerInfo> {
  object('options', options);
  const servername = text('servername', options.servername);
  return run(socket, options, { server: false, servername, requestCert: false });
}

/** After accept(). The socket stays the caller's, also on failure. */
export function serverHandshake(
  socket: QuicSocket,
  options: ServerHandshakeOptions,
): Promise<PeerInfo> {
  object('options', options);
  const requestCert = flag('requestCert', options.requestCert, false);
  return run(socket, options, { server: true, servername: undefined, requestCert });
}
