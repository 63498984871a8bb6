// SPDX-License-Identifier: MIT
//
// The addon's types. Its functions take integer descriptors and return a value >= 0 or -errno;
// objects, buffers and errors are made on this side.
import type { AddressInfo } from 'node:net';
import { loadAddon } from './load-addon.js';

export const POLL_READABLE = 1;
export const POLL_WRITABLE = 2;

/** poll(2)'s own bits, for {@link Native.poll}. */
export const POLLOUT = 4;

/** `streamId` and `cryptoLevel` of sendmsg() and recvmsg() when there is no such control message. */
export const NO_STREAM = -2;
export const NO_LEVEL = -1;

/** `level` of setsockopt() and getsockopt(): SOL_QUIC. */
export const LEVEL_QUIC = -1;

/** `which` of getNumber() and setNumber() (addon/socket_options.cc). */
export const SocketNumber = {
  reusePort: 0,
  v6Only: 1,
  receiveBuffer: 2,
  sendBuffer: 3,
  maxPacingRate: 4,
  mark: 5,
  tos: 6,
  trafficClass: 7,
  mtuDiscover: 8,
  mtuDiscover6: 9,
  error: 10,
  type: 11,
  domain: 12,
  protocol: 13,
  listening: 14,
} as const;

/** `which` of queued(). */
export const QUEUED_IN = 0;
export const QUEUED_OUT = 1;
export const QUEUED_UNSENT = 2;

/** Numbers in a record of recvBatch(). */
export const RECORD_SIZE = 5;

export interface PollHandle {
  /** POLL_READABLE | POLL_WRITABLE. */
  start(events: number): number;
  stop(): number;
  ref(): void;
  unref(): void;
  /** Closes the descriptor as well. */
  close(): void;
  /** Leaves the descriptor open. */
  release(): void;
}

/** A function that returns a number returns a GnuTLS error code where that is negative. */
export interface Credentials {
  setKeyPair(cert: Uint8Array, key: Uint8Array, passphrase: string | undefined): number;
  addTrust(pem: Uint8Array): number;
  useSystemTrust(): number;
}

export interface HandshakeOptions {
  server: boolean;
  alpn: string[];
  /** Client: sent as SNI unless it is an IP address; what the certificate must be for. */
  servername: string | undefined;
  requestCert: boolean;
  rejectUnauthorized: boolean;
  keylog: boolean;
  /** Client: send it if `session` permits. Server: accept it. */
  earlyData: boolean;
  /** Client: what sessionData() of an earlier handshake gave. */
  session: Uint8Array | undefined;
  /** Pairs of identity and key, one of a client's: in place of credentials. */
  psk: [identity: Uint8Array, key: Uint8Array][];
  /** Server: the handshake reports HANDSHAKE_WANTS_IDENTITY once. */
  asksIdentity: boolean;
}

export interface HandshakeResult {
  alpn: string;
  cipher: string;
  servername: string;
  authorized: boolean;
  resumed: boolean;
  /** It was accepted. */
  earlyData: boolean;
  /** DER. */
  peerCertificate: Buffer | undefined;
  error: string;
  /** errno if the socket failed, 0 if TLS did. */
  errno: number;
  /** Why the certificate was refused. */
  verification: string;
  /** TLS alert that this end raised or the peer sent, or -1. */
  alert: number;
}

/** What {@link Handshake.advance} reports. */
export const HANDSHAKE_FAILED = -1;
export const HANDSHAKE_DONE = 0;
export const HANDSHAKE_WANTS_READ = 1;
export const HANDSHAKE_WANTS_WRITE = 2;
/** The client's server name is in the result: identify() before the next advance(). */
export const HANDSHAKE_WANTS_IDENTITY = 3;

export interface Handshake {
  /** Runs in the worker pool; the descriptor must stay open until the callback. */
  advance(callback: (status: number) => void): void;
  identify(credentials: Credentials): void;
  result(): HandshakeResult;
  /** Of a client that is done; empty while no ticket has arrived. */
  sessionData(): Buffer;
  keylog(): string[];
}

export interface Native {
  socket(family: 4 | 6, type: 1 | 2): number;
  bind(fd: number, address: string, port: number): number;
  connect(fd: number, address: string, port: number): number;
  listen(fd: number, backlog: number): number;
  accept(fd: number): number;
  peelOff(fd: number, streamId: number, flags: number): number;
  shutdown(fd: number, how: 0 | 1 | 2): number;
  close(fd: number): number;
  getsockname(fd: number): AddressInfo | number;
  getpeername(fd: number): AddressInfo | number;
  poll(fd: number, events: number, timeout: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array | undefined): number;
  getsockopt(fd: number, level: number, name: number, value: Uint8Array): number;
  setNumber(fd: number, which: number, value: number): number;
  /** SO_ERROR is cleared by it. */
  getNumber(fd: number, which: number): number;
  bindToDevice(fd: number, name: string): number;
  /** QUIC_SOCKOPT_CONNECTION_MIGRATION */
  migrate(fd: number, address: string, port: number): number;
  queued(fd: number, which: number): number;
  duplicate(fd: number): number;
  /** Makes a descriptor from elsewhere non-blocking and close-on-exec. */
  adopt(fd: number): number;
  /** `offset` -1: the file's own position, which moves on. */
  sendfile(fd: number, file: number, offset: number, length: number): number;
  /** One of the two is a pipe. */
  splice(from: number, to: number, length: number): number;
  /**
   * A new epoll descriptor that becomes readable at each wake-up of the readers (POLL_READABLE) or the
   * writers (POLL_WRITABLE) of `fd`, not while it is ready.
   */
  edgeOpen(fd: number, events: number): number;
  /** Takes note of the wake-ups so far. */
  edgeClear(epollFd: number): number;
  sendmsg(
    fd: number,
    data: Uint8Array,
    offset: number,
    length: number,
    flags: number,
    streamId: number,
    streamFlags: number,
    cryptoLevel: number,
  ): number;
  /** out: [msg_flags, streamId, streamFlags, cryptoLevel] */
  recvmsg(
    fd: number,
    data: Uint8Array,
    offset: number,
    length: number,
    flags: number,
    out: Float64Array,
  ): number;
  /**
   * Receives until there is nothing more or no room. Returns the number of records; each is
   * [kind, streamId, fin, offset, length]; the last element of `records` is the errno that ended the
   * batch, or 0.
   */
  recvBatch(fd: number, slab: Uint8Array, offset: number, records: Float64Array): number;
  /**
   * sendfile() in libuv's pool: bytes sent (0 at the file's end) or -errno. `out` has to be
   * non-blocking; both descriptors may be closed meanwhile.
   */
  sendfileAsync(out: number, file: number, offset: number, count: number): Promise<number>;
  PollHandle: new (fd: number, callback: (status: number, events: number) => void) => PollHandle;
  Credentials: new () => Credentials;
  Handshake: new (
    fd: number,
    credentials: Credentials | undefined,
    options: HandshakeOptions,
  ) => Handshake;
  tlsErrorText(error: number): string;
  /** How many live in this process: [watched descriptors, handshakes, TLS sessions, credentials]. */
  census(): number[];
  /** GnuTLS's. */
  tlsVersion: string;
}

let loaded: Native | undefined;

/** Loads the addon once. Throws ERR_QUIC_UNSUPPORTED, with what to do, where that fails. */
export function native(): Native {
  loaded ??= loadAddon() as Native;
  return loaded;
}
