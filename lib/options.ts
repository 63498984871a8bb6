// SPDX-License-Identifier: MIT
//
// Every option of listen() and connect(): its type, its default, its limits, its check.
import type { Identity, Pem } from './identity.js';
import type { Sni } from './sni.js';
import { CongestionAlgorithm, QuicVersion } from './socket/constants.js';
import type { Config, TransportParam } from './socket/structs.js';
import { flag, integer, object, oneOf, typeError } from './validate.js';

export interface TransportOptions {
  /** Milliseconds without a sign of the peer until the connection ends; 0: the longest, 71 minutes. */
  maxIdleTimeout?: number;
  /** Milliseconds of silence after which this end sends a PING; 0: never. */
  keepAlive?: number;
  /** Milliseconds. */
  handshakeTimeout?: number;
  /** How many streams the peer may have open at a time. */
  maxBidiStreams?: number;
  maxUniStreams?: number;
  /**
   * Bytes that the peer may send ahead of this end's reading, in all and on one stream: default ten times
   * `maxStreamData`, and 1 MiB. Streams that nobody reads stop their own senders only, as long as `maxData`
   * has room for all of them.
   */
  maxData?: number;
  maxStreamData?: number;
  /** The longest datagram that the peer may send, in bytes: 1197 to 65530; 0: none may be sent. */
  maxDatagramSize?: number;
  /** Ask the peer to stay at its address (RFC 9000, 18.2), as some load balancers need it. */
  disableActiveMigration?: boolean;
  congestion?: 'cubic' | 'reno';
  /**
   * QUIC version 1 or 2 (RFC 9369). A client begins with it; a server moves clients that know both
   * to it (RFC 9368).
   */
  version?: 1 | 2;
}

export interface CommonOptions extends TransportOptions {
  /** Application protocols, the preferred one first. There is no default. */
  alpn: string | string[];
  /** Trust anchors; default: the system's. */
  ca?: Pem | Pem[];
  signal?: AbortSignal;
  /** Gets lines in the format of SSLKEYLOGFILE, which is honoured as well. */
  keylog?: (line: string) => void;
}

/** `key` and `cert` may be left out where `sni` has an identity for every client. */
export interface ListenOptions extends CommonOptions, Partial<Identity> {
  host?: string;
  port?: number;
  /**
   * A listening QUIC socket from elsewhere (a supervisor, a parent, another thread) instead of `host`,
   * `port`, `backlog` and `reusePort`. It is closed with the server.
   */
  fd?: number;
  /**
   * Several listeners of this process or others share the port and the load. 'alpn': also with listeners
   * that speak other protocols, each of which gets its own clients; a client that speaks none of them
   * goes to a listener without 'alpn', or gets no answer.
   */
  reusePort?: boolean | 'alpn';
  backlog?: number;
  /**
   * Every client has to prove its address with a round trip (Retry) or a token before the server keeps
   * anything for it. Without, the kernel begins with that by itself when clients pile up.
   */
  validateAddress?: boolean;
  /** Accept early data (0-RTT) of clients that come back. See {@link QuicStream.early}. */
  earlyData?: boolean;
  /**
   * At least 48 random bytes, as for node:tls: listeners of several processes that share them resume each
   * other's sessions, for clients of any address. Default: a secret of the listener's own, for clients
   * that come back from the same address.
   */
  ticketKeys?: Uint8Array;
  /**
   * Identities by the name that a client asks for; `*.example.org` stands for one label. Or a function,
   * which may be asynchronous: it ends that one handshake if it throws, and never settling ends it
   * after `handshakeTimeout`. `key` and `cert` are for every other client; without them clients are
   * refused with the alert unrecognized_name, or missing_extension if they name nobody.
   */
  sni?: Sni;
  /** Ask clients for a certificate. */
  requestCert?: boolean;
  /** With `requestCert`: refuse clients whose certificate does not verify. */
  rejectUnauthorized?: boolean;
}

export interface ConnectOptions extends CommonOptions, Partial<Identity> {
  host: string;
  port: number;
  /** What the server's certificate must be for. */
  servername?: string;
  /** False: any server will do. For tests. */
  rejectUnauthorized?: boolean;
  localAddress?: string;
  localPort?: number;
  /**
   * From a 'session' event: a shorter handshake, without a certificate. What does not fit the connection
   * (another server name, a protocol that is not offered, too old) is not used.
   */
  session?: Uint8Array;
  /** From a 'token' event: spares the round trip of `validateAddress`. */
  token?: Uint8Array;
  /**
   * Resolve at once where `session` permits it, and send in the first flight what is written before
   * the handshake is complete. An attacker can make a server see such data again, so write only what
   * may be done twice. Only the session's protocol is then offered.
   */
  earlyData?: boolean;
}

export const DEFAULTS = {
  maxIdleTimeout: 30_000,
  keepAlive: 0,
  handshakeTimeout: 10_000,
  maxBidiStreams: 100,
  maxUniStreams: 100,
  /** `maxData` by default: so many streams that nobody reads, and still room for others. */
  windowsInAll: 10,
  maxStreamData: 1_048_560,
  maxDatagramSize: 65_530,
  congestion: 'cubic',
  version: 1,
  host: '::',
  port: 0,
  backlog: 128,
  /** Of close(): milliseconds for what was written to be acknowledged. */
  closeTimeout: 5_000,
  /** Of bytes(), text(), json() and request(): bytes. */
  readLimit: 1024 * 1024,
  /** Of datagrams(): how many wait for a reader. */
  datagrams: 128,
  /** Of migrate(): milliseconds for the peer's answer. */
  migrateTimeout: 10_000,
} as const;

/** The kernel keeps times as 32 bits of microseconds. */
const MAX_TIME_MS = 4_294_967;
const MAX_TIMER_MS = 2 ** 31 - 1;

export const LIMITS = {
  maxIdleTimeout: [1_000, MAX_TIME_MS],
  keepAlive: [1_500, MAX_TIME_MS],
  handshakeTimeout: [1, MAX_TIMER_MS],
  maxBidiStreams: [1, 4096],
  maxUniStreams: [1, 4096],
  maxData: [1_200, 536_870_911],
  maxStreamData: [1_200, 268_435_455],
  maxDatagramSize: [1_197, 65_530],
  datagrams: [1, 65_536],
  timeout: [1, MAX_TIMER_MS],
  port: [0, 65_535],
  backlog: [1, 65_535],
} as const;

/** Transport options, checked, as the kernel takes them. */
export interface TransportSettings {
  transportParam: Partial<TransportParam>;
  config: Partial<Config>;
  handshakeTimeout: number;
  maxData: number;
}

export function transportSettings(
  options: TransportOptions & Pick<ListenOptions, 'validateAddress'>,
): TransportSettings {
  const number = (
    name: keyof typeof LIMITS & keyof typeof DEFAULTS & keyof TransportOptions,
    zero = false,
  ): number => integer(name, options[name], DEFAULTS[name], LIMITS[name], zero);

  const idle = number('maxIdleTimeout', true);
  const maxStreamData = number('maxStreamData');
  const windows = Math.min(DEFAULTS.windowsInAll * maxStreamData, LIMITS.maxData[1]);
  const maxData = integer('maxData', options.maxData, windows, LIMITS.maxData);
  const maxDatagramSize = number('maxDatagramSize', true);
  const congestion = oneOf('congestion', options.congestion, DEFAULTS.congestion, [
    'cubic',
    'reno',
  ]);
  const version = oneOf('version', options.version, DEFAULTS.version, [1, 2]);
  return {
    transportParam: {
      maxIdleTimeout: (idle === 0 ? MAX_TIME_MS : idle) * 1000,
      maxStreamsBidi: number('maxBidiStreams'),
      maxStreamsUni: number('maxUniStreams'),
      maxData,
      maxStreamDataBidiLocal: maxStreamData,
      maxStreamDataBidiRemote: maxStreamData,
      maxStreamDataUni: maxStreamData,
      disableActiveMigration: flag('disableActiveMigration', options.disableActiveMigration, false)
        ? 1
        : 0,
      maxDatagramFrameSize: datagramFrameSize(maxDatagramSize),
    },
    config: {
      keepaliveProbeInterval: number('keepAlive', true) * 1000,
      congestionControlAlgo:
        congestion === 'cubic' ? CongestionAlgorithm.CUBIC : CongestionAlgorithm.RENO,
      version: version === 2 ? QuicVersion.V2 : QuicVersion.V1,
      validatePeerAddress: flag('validateAddress', options.validateAddress, false) ? 1 : 0,
      // A write is a message as often as not; whoever has many small ones uses cork().
      streamDataNodelay: 1,
    },
    handshakeTimeout: number('handshakeTimeout'),
    maxData,
  };
}

/** RFC 9221, 3: the limit on the wire is for the frame, with its type and length. */
function datagramFrameSize(size: number): number {
  if (size === 0) return 0;
  return size + (size < 1 << 14 ? 3 : 5);
}

export function portNumber(name: string, value: unknown, fallback: number): number {
  return integer(name, value, fallback, LIMITS.port);
}

/** A port that can be connected to. */
export function remotePort(value: unknown): number {
  if (value === undefined) throw typeError('port', 'a number', value);
  return integer('port', value, 0, [1, 65_535]);
}

export function backlogSize(value: unknown): number {
  return integer('backlog', value, DEFAULTS.backlog, LIMITS.backlog);
}

export interface CloseOptions {
  /** Application error code for the peer: 0 to 2^32 - 1. */
  code?: number;
  /** At most 63 bytes arrive. */
  reason?: string;
  /** Milliseconds. */
  timeout?: number;
}

export const MAX_ERROR_CODE = 0xffff_ffff;

export function errorCode(name: string, value: unknown): number {
  return integer(name, value, 0, [0, MAX_ERROR_CODE]);
}

/** `timeout` is undefined if the caller gave none. */
export function closeSettings(options: CloseOptions): {
  code: number;
  reason: string;
  timeout: number | undefined;
} {
  object('options', options);
  const { reason = '' } = options;
  if (typeof reason !== 'string') throw typeError('reason', 'a string', reason);
  const timeout = integer('timeout', options.timeout, -1, [0, MAX_TIMER_MS]);
  return {
    code: errorCode('code', options.code),
    reason,
    timeout: timeout < 0 ? undefined : timeout,
  };
}
