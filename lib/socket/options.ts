// SPDX-License-Identifier: MIT
//
// Every socket option of <linux/quic.h>, typed: one or two methods for each.
import { EAGAIN } from '../errno.js';
import { systemError } from '../errors.js';
import { LEVEL_QUIC, native } from '../native.js';
import { oneOf } from '../validate.js';
import { MsgFlag, SockOpt } from './constants.js';
import * as structs from './structs.js';

/** S6.1: no option is longer. */
const LONGEST_OPTION = 4096;

/** @internal */
export function check(syscall: string, result: number): number {
  if (result < 0) throw systemError(syscall, result);
  return result;
}

/**
 * The options of an IPPROTO_QUIC socket (spec, 6). What the kernel refuses is thrown as Node's system
 * errors: `code` ('EINVAL'), `errno` and `syscall` ('setsockopt' or 'getsockopt').
 */
export abstract class QuicSocketOptions {
  abstract readonly fd: number;

  // ---- any option

  /** Any option of the level SOL_QUIC by its number, {@link SockOpt}. Without `value`: NULL, length 0 (S6.3). */
  setOption(name: number, value?: Uint8Array): void {
    check('setsockopt', native().setsockopt(this.fd, LEVEL_QUIC, name, value));
  }

  /** `value` is what the kernel reads its selectors from, and sets the largest size (S6.2). */
  getOption(name: number, value: Uint8Array = new Uint8Array(LONGEST_OPTION)): Uint8Array {
    const length = check('getsockopt', native().getsockopt(this.fd, LEVEL_QUIC, name, value));
    return value.subarray(0, length);
  }

  // ---- the connection

  /** Of this end, or of the peer: zeros until the peer's are known (S6.37). Times in microseconds. */
  transportParam(remote = false): structs.TransportParam {
    const selector = structs.transportParam.encode({ remote: remote ? 1 : 0 });
    return structs.transportParam.decode(this.getOption(SockOpt.TRANSPORT_PARAM, selector));
  }

  /**
   * Before the connection is established. Fields that are missing or zero stay as they are (S6.38).
   * `remote: 1`: what the peer announced at an earlier connection, for 0-RTT (S3.27).
   */
  setTransportParam(values: Partial<structs.TransportParam>): void {
    this.setOption(SockOpt.TRANSPORT_PARAM, structs.transportParam.encode(values));
  }

  /** The body of TLS extension 0x39, during the handshake (S5.15). */
  transportParamExt(): Uint8Array {
    return this.getOption(SockOpt.TRANSPORT_PARAM_EXT, new Uint8Array(512));
  }

  /** The peer's. What violates RFC 9000 ends the connection (S5.17). */
  setTransportParamExt(body: Uint8Array): void {
    this.setOption(SockOpt.TRANSPORT_PARAM_EXT, body);
  }

  config(): structs.Config {
    const bytes = this.getOption(SockOpt.CONFIG, new Uint8Array(structs.config.size));
    return structs.config.decode(bytes);
  }

  /** Before the connection is established. Fields that are missing or zero stay as they are (S6.45). */
  setConfig(values: Partial<structs.Config>): void {
    this.setOption(SockOpt.CONFIG, structs.config.encode(values));
  }

  /** What the close frame carries, or why the connection ended (S6.19). */
  connectionClose(): structs.ConnectionClose {
    const bytes = new Uint8Array(structs.connectionClose.size);
    return structs.connectionClose.decode(this.getOption(SockOpt.CONNECTION_CLOSE, bytes));
  }

  /** What the close frame will carry: an error code of 32 bits, a phrase of at most 63 bytes (S6.18). */
  setConnectionClose(info: Partial<structs.ConnectionClose>): void {
    this.setOption(SockOpt.CONNECTION_CLOSE, structs.connectionClose.encode(info));
  }

  /** Sequence numbers of the connection IDs that this end or, with `dest`, the peer issued (S6.14). */
  connectionId(dest = false): structs.ConnectionIdInfo {
    const selector = structs.connectionIdInfo.encode({ dest: dest ? 1 : 0 });
    return structs.connectionIdInfo.decode(this.getOption(SockOpt.CONNECTION_ID, selector));
  }

  /** Retires the IDs below `priorTo`, uses `active` from now on; what is missing stays (S6.15). */
  setConnectionId(info: Partial<structs.ConnectionIdInfo>): void {
    this.setOption(SockOpt.CONNECTION_ID, structs.connectionIdInfo.encode(info));
  }

  /**
   * Moves the connection to another local address; the event CONNECTION_MIGRATION tells when the peer
   * has answered there (S6.23). On a server's socket before the handshake: the preferred address (S6.21).
   */
  migrate(address: string, port: number): void {
    const result = native().migrate(this.fd, address, port);
    if (result < 0) throw systemError('setsockopt', result, { address, port });
  }

  /** New 1-RTT keys; EINVAL while the last update is unfinished (S6.33). */
  updateKey(): void {
    this.setOption(SockOpt.KEY_UPDATE);
  }

  // ---- the handshake

  /** A listener's protocols, or a mailbox of the program's (S5.34). */
  alpn(): string[] {
    const list = Buffer.from(this.getOption(SockOpt.ALPN)).toString();
    return list === '' ? [] : list.split(',');
  }

  /** Before listen(): 1 to 128 bytes, commas included (S6.51). */
  setAlpn(names: readonly string[]): void {
    this.setOption(SockOpt.ALPN, Buffer.from(names.join(',')));
  }

  /** A client's: what the server gave it for the next connection, or empty (S6.49). */
  token(): Uint8Array {
    return this.getOption(SockOpt.TOKEN);
  }

  /** A client's, before the handshake: 1 to 120 bytes of an earlier connection (S5.29). */
  setToken(token: Uint8Array): void {
    this.setOption(SockOpt.TOKEN, token);
  }

  /** A server's: one more token for its client (S6.50). */
  sendToken(): void {
    this.setOption(SockOpt.TOKEN);
  }

  /** A server's: the key that tickets are made with; a client's: the ticket, or empty (S5.20, S5.21). */
  sessionTicket(): Uint8Array {
    return this.getOption(SockOpt.SESSION_TICKET);
  }

  /** 64 to 4096 bytes that {@link sessionTicket} then gives (S5.23). */
  setSessionTicket(ticket: Uint8Array): void {
    this.setOption(SockOpt.SESSION_TICKET, ticket);
  }

  /** During the handshake. `secret`: 48 bytes for AES-256-GCM, else 32; the copy made here is wiped (S5.13). */
  setCryptoSecret(values: structs.CryptoSecret, secret: Uint8Array): void {
    const bytes = structs.cryptoSecret.encode(values);
    const room = bytes.subarray(structs.CRYPTO_SECRET_OFFSET);
    room.set(secret.subarray(0, structs.CRYPTO_SECRET_SIZE));
    try {
      this.setOption(SockOpt.CRYPTO_SECRET, bytes);
    } finally {
      bytes.fill(0);
    }
  }

  // ---- events

  /** Whether events of `type`, {@link EventType}, are queued from now on; all are off at first (S6.4). */
  setEvent(type: number, on: boolean): void {
    this.setOption(SockOpt.EVENT, structs.eventOption.encode({ type, on: on ? 1 : 0 }));
  }

  event(type: number): boolean {
    const bytes = this.getOption(SockOpt.EVENT, structs.eventOption.encode({ type }));
    return structs.eventOption.decode(bytes).on !== 0;
  }

  // ---- streams

  /**
   * The new stream's ID: the next one of `type`, or `id` with all lower ones (S6.5). Undefined while the
   * peer permits no more streams of this type.
   */
  openStream(type: 'bidi' | 'uni', id = -1): number | undefined {
    const uni = oneOf('type', type, 'bidi', ['bidi', 'uni']) === 'uni';
    const streamFlags = MsgFlag.STREAM_DONTWAIT | (uni ? MsgFlag.STREAM_UNI : 0);
    const value = structs.streamInfo.encode({ streamId: id, streamFlags });
    const result = native().getsockopt(this.fd, LEVEL_QUIC, SockOpt.STREAM_OPEN, value);
    if (result === -EAGAIN) return undefined;
    check('getsockopt', result);
    return structs.streamInfo.decode(value).streamId;
  }

  /** RESET_STREAM: data that is still queued need not be sent (S6.10). */
  resetStream(id: number, errcode: number): void {
    this.setOption(SockOpt.STREAM_RESET, structs.errInfo.encode({ streamId: id, errcode }));
  }

  /** STOP_SENDING (S6.12). */
  stopSending(id: number, errcode: number): void {
    this.setOption(SockOpt.STREAM_STOP_SENDING, structs.errInfo.encode({ streamId: id, errcode }));
  }

  // ---- kquic's own

  /** Kquic's own module only: ENOPROTOOPT elsewhere. */
  stats(): structs.ConnStats {
    const bytes = new Uint8Array(structs.connStats.size);
    return structs.connStats.decode(this.getOption(SockOpt.CONN_STATS, bytes));
  }

  /** Of a socket that peelOff() made, kquic's own too: states as {@link StreamState}. */
  streamStatus(): structs.StreamStatus {
    const bytes = new Uint8Array(structs.streamStatus.size);
    return structs.streamStatus.decode(this.getOption(SockOpt.STREAM_STATUS, bytes));
  }
}
