// SPDX-License-Identifier: MIT
//
// The client's side of resumption: what connect() does with a session and a token, and how a connection
// makes the next session.
import { types } from 'node:util';
import type { Seal } from './connection-init.js';
import type { ConnectOptions, TransportSettings } from './options.js';
import { fits, openSession, sealSession, type Session } from './session.js';
import { QuicVersion } from './socket/constants.js';
import type { HandshakeOutcome } from './socket/handshake.js';
import type { QuicSocket } from './socket/socket.js';
import type { PeerInfo } from './socket/peer-info.js';
import { readStats } from './stats.js';
import { flag, typeError, valueError } from './validate.js';

/** S6.49 */
const MAX_TOKEN = 120;

export interface Resumption {
  session: Session | undefined;
  token: Uint8Array | undefined;
  /** The session, if early data is wanted and it permits that. */
  early: Session | undefined;
}

/** Checks `session`, `token` and `earlyData`. A session that does not fit is not used. */
export function resumption(
  options: Pick<ConnectOptions, 'session' | 'token' | 'version' | 'earlyData'>,
  wanted: { servername: string; alpn: readonly string[]; rejectUnauthorized: boolean },
): Resumption {
  const given = openSession(options.session);
  const { token, version } = options;
  const earlyData = flag('earlyData', options.earlyData, false);
  if (token !== undefined && !types.isUint8Array(token)) {
    throw typeError('token', 'a Uint8Array', token);
  }
  if (token !== undefined && (token.length === 0 || token.length > MAX_TOKEN)) {
    const why = `it must have 1 to ${MAX_TOKEN} bytes, as 'token' events give it`;
    throw valueError('token', why, `${token.length} bytes`);
  }
  const session = given !== undefined && fits(given, { ...wanted, version }) ? given : undefined;
  return { session, token, early: earlyData ? session : undefined };
}

/** Before connect(), the system call: with which version and token (RFC 9369, 5). */
export function prepare(
  socket: QuicSocket,
  transport: TransportSettings,
  { session, token }: Resumption,
): void {
  const version = session?.facts.version;
  socket.setConfig({
    ...transport.config,
    ...(version !== undefined && { version: version === 2 ? QuicVersion.V2 : QuicVersion.V1 }),
  });
  if (token !== undefined) socket.setToken(token);
}

/** After connect(): what the server once permitted is permitted to early data (S3.27). */
export function remember(socket: QuicSocket, { early }: Resumption): void {
  if (early !== undefined) socket.setTransportParam(early.transportParam);
}

/** What is known of the peer while early data is sent. */
export function rememberedPeer({ facts }: Session, servername: string | undefined): PeerInfo {
  return {
    alpn: facts.alpn,
    cipher: facts.cipher,
    servername,
    authorized: facts.authorized,
    sessionReused: false,
    earlyDataAccepted: false,
    peerCertificate: undefined,
  };
}

function versionInUse(socket: QuicSocket, wanted: 1 | 2): 1 | 2 {
  try {
    return readStats(socket).version;
  } catch {
    // A module that does not tell (S6.48): as it was wanted.
    return wanted;
  }
}

/** For a connection whose certificate was for `servername`, and that wanted `version`. */
export function sealOf(
  socket: QuicSocket,
  outcome: HandshakeOutcome,
  servername: string,
  version: 1 | 2,
): Seal {
  const { alpn, cipher, authorized } = outcome;
  return () => {
    const tls = outcome.sessionData();
    if (tls.length === 0) return undefined;
    const facts = {
      ...{ servername, alpn, cipher, authorized },
      version: versionInUse(socket, version),
    };
    const transportParam = { ...socket.transportParam(true), remote: 1 };
    return sealSession({ facts, transportParam, tls });
  };
}
