// SPDX-License-Identifier: MIT
import type { AddressInfo } from 'node:net';
import { toBuffer, type Bytes } from '../bytes.js';
import { EAGAIN } from '../errno.js';
import { systemError } from '../errors.js';
import { requireSupport } from '../support.js';
import { FLAG_REUSEPORT, FLAG_V6ONLY, LEVEL_QUIC, NO_LEVEL, NO_STREAM, native } from '../native.js';
import { MsgFlag, SockOpt } from './constants.js';
import { Descriptor } from './descriptor.js';
import * as structs from './structs.js';

export interface SendOptions {
  /** MSG_*, MSG_QUIC_DATAGRAM; also stream flags where `stream` is absent. */
  flags?: number;
  /** The QUIC_STREAM_INFO control message; id -1 leaves the choice to the kernel. */
  stream?: { id: number; flags?: number };
  /** The QUIC_HANDSHAKE_INFO control message. */
  handshake?: { level: number };
}

export interface ReceivedMessage {
  data: Buffer;
  /** msg_flags: MSG_EOR, MSG_QUIC_NOTIFICATION, MSG_QUIC_DATAGRAM. */
  flags: number;
  stream?: { id: number; flags: number };
  handshake?: { level: number };
}

const VARIABLE_OPTION_SIZE = 4096;

function check(syscall: string, result: number): number {
  if (result < 0) throw systemError(syscall, result);
  return result;
}

/**
 * An IPPROTO_QUIC socket: the system calls one by one, never blocking, with errors as Node has them
 * (`code`, `errno`, `syscall`). This is the layer for a protocol or an event loop of one's own.
 */
export class QuicSocket {
  readonly descriptor: Descriptor;

  private constructor(fd: number) {
    this.descriptor = new Descriptor(fd);
  }

  /** Throws ERR_QUIC_UNSUPPORTED where the kernel has no QUIC. */
  static open(family: 4 | 6 = 6): QuicSocket {
    requireSupport();
    return new QuicSocket(check('socket', native().socket(family, 2)));
  }

  get fd(): number {
    return this.descriptor.fd;
  }

  bind(address: string, port: number): void {
    const result = native().bind(this.fd, address, port);
    if (result < 0) throw systemError('bind', result, { address, port });
  }

  listen(backlog: number): void {
    check('listen', native().listen(this.fd, backlog));
  }

  /** Undefined while no connection is pending. */
  accept(): QuicSocket | undefined {
    const result = native().accept(this.fd);
    if (result === -EAGAIN) return undefined;
    return new QuicSocket(check('accept', result));
  }

  /** Sends nothing yet: the handshake does. */
  connect(address: string, port: number): void {
    const result = native().connect(this.fd, address, port);
    if (result < 0) throw systemError('connect', result, { address, port });
  }

  shutdown(how: 0 | 1 | 2): void {
    check('shutdown', native().shutdown(this.fd, how));
  }

  close(): void {
    this.descriptor.close();
  }

  /** Resolves when a message, an event or a pending connection can be had, or on an error. */
  readable(signal?: AbortSignal): Promise<void> {
    return this.descriptor.readable(signal);
  }

  /** Resolves when there is send buffer and the connection's flow control permits more. */
  writable(signal?: AbortSignal): Promise<void> {
    return this.descriptor.writable(signal);
  }

  localAddress(): AddressInfo {
    const result = native().getsockname(this.fd);
    if (typeof result === 'number') throw systemError('getsockname', result);
    return result;
  }

  remoteAddress(): AddressInfo {
    const result = native().getpeername(this.fd);
    if (typeof result === 'number') throw systemError('getpeername', result);
    return result;
  }

  setReusePort(on: boolean): void {
    check('setsockopt', native().setFlag(this.fd, FLAG_REUSEPORT, on ? 1 : 0));
  }

  setV6Only(on: boolean): void {
    check('setsockopt', native().setFlag(this.fd, FLAG_V6ONLY, on ? 1 : 0));
  }

  // ---- messages

  /** Bytes that were queued; undefined where sendmsg() says EAGAIN. */
  send(data: Bytes, options: SendOptions = {}): number | undefined {
    const bytes = toBuffer('data', data);
    const { flags = 0, stream, handshake } = options;
    const result = native().sendmsg(
      this.fd,
      bytes,
      0,
      bytes.length,
      flags | MsgFlag.DONTWAIT,
      stream?.id ?? NO_STREAM,
      stream?.flags ?? 0,
      handshake?.level ?? NO_LEVEL,
    );
    if (result === -EAGAIN) return undefined;
    return check('sendmsg', result);
  }

  /** Undefined while there is nothing to receive. The connection's end is ENOTCONN. */
  receive(size = 65536, flags = 0): ReceivedMessage | undefined {
    const bytes = Buffer.allocUnsafe(size);
    const out = new Float64Array(4);
    const result = native().recvmsg(this.fd, bytes, 0, size, flags | MsgFlag.DONTWAIT, out);
    if (result === -EAGAIN) return undefined;
    const data = bytes.subarray(0, check('recvmsg', result));
    const [messageFlags = 0, id = NO_STREAM, streamFlags = 0, level = NO_LEVEL] = out;
    const message: ReceivedMessage = { data, flags: messageFlags };
    if (id !== NO_STREAM) message.stream = { id, flags: streamFlags };
    if (level !== NO_LEVEL) message.handshake = { level };
    return message;
  }

  // ---- options, level SOL_QUIC

  /** Any option by number: {@link SockOpt}. */
  setOption(name: number, value?: Uint8Array): void {
    check('setsockopt', native().setsockopt(this.fd, LEVEL_QUIC, name, value));
  }

  /** `value` is what the kernel reads its selectors from, and sets the largest size. */
  getOption(name: number, value: Uint8Array = new Uint8Array(VARIABLE_OPTION_SIZE)): Uint8Array {
    const length = check('getsockopt', native().getsockopt(this.fd, LEVEL_QUIC, name, value));
    return value.subarray(0, length);
  }

  transportParam(remote = false): structs.TransportParam {
    const selector = structs.transportParam.encode({ remote: remote ? 1 : 0 });
    return structs.transportParam.decode(this.getOption(SockOpt.TRANSPORT_PARAM, selector));
  }

  /** Fields that are missing or zero stay as they are. */
  setTransportParam(values: Partial<structs.TransportParam>): void {
    this.setOption(SockOpt.TRANSPORT_PARAM, structs.transportParam.encode(values));
  }

  /** The body of TLS extension 0x39, during the handshake. */
  transportParamExt(): Uint8Array {
    return this.getOption(SockOpt.TRANSPORT_PARAM_EXT, new Uint8Array(512));
  }

  setTransportParamExt(body: Uint8Array): void {
    this.setOption(SockOpt.TRANSPORT_PARAM_EXT, body);
  }

  config(): structs.Config {
    const bytes = this.getOption(SockOpt.CONFIG, new Uint8Array(structs.config.size));
    return structs.config.decode(bytes);
  }

  /** Fields that are missing or zero stay as they are. */
  setConfig(values: Partial<structs.Config>): void {
    this.setOption(SockOpt.CONFIG, structs.config.encode(values));
  }

  alpn(): string[] {
    const list = Buffer.from(this.getOption(SockOpt.ALPN)).toString();
    return list === '' ? [] : list.split(',');
  }

  setAlpn(names: readonly string[]): void {
    this.setOption(SockOpt.ALPN, Buffer.from(names.join(',')));
  }

  connectionClose(): structs.ConnectionClose {
    const bytes = new Uint8Array(structs.connectionClose.size);
    return structs.connectionClose.decode(this.getOption(SockOpt.CONNECTION_CLOSE, bytes));
  }

  /** What the close frame will carry. */
  setConnectionClose(info: Partial<structs.ConnectionClose>): void {
    this.setOption(SockOpt.CONNECTION_CLOSE, structs.connectionClose.encode(info));
  }

  setEvent(type: number, on: boolean): void {
    this.setOption(SockOpt.EVENT, structs.eventOption.encode({ type, on: on ? 1 : 0 }));
  }

  event(type: number): boolean {
    const bytes = this.getOption(SockOpt.EVENT, structs.eventOption.encode({ type }));
    return structs.eventOption.decode(bytes).on !== 0;
  }

  /** The new stream's ID; undefined while the peer permits no more streams of this type. */
  openStream(type: 'bidi' | 'uni', id = -1): number | undefined {
    const streamFlags = MsgFlag.STREAM_DONTWAIT | (type === 'uni' ? MsgFlag.STREAM_UNI : 0);
    const value = structs.streamInfo.encode({ streamId: id, streamFlags });
    const result = native().getsockopt(this.fd, LEVEL_QUIC, SockOpt.STREAM_OPEN, value);
    if (result === -EAGAIN) return undefined;
    check('getsockopt', result);
    return structs.streamInfo.decode(value).streamId;
  }

  resetStream(id: number, errcode: number): void {
    this.setOption(SockOpt.STREAM_RESET, structs.errInfo.encode({ streamId: id, errcode }));
  }

  stopSending(id: number, errcode: number): void {
    this.setOption(SockOpt.STREAM_STOP_SENDING, structs.errInfo.encode({ streamId: id, errcode }));
  }

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

  /** Kquic's own module only: ENOPROTOOPT elsewhere. */
  stats(): structs.ConnStats {
    const bytes = new Uint8Array(structs.connStats.size);
    return structs.connStats.decode(this.getOption(SockOpt.CONN_STATS, bytes));
  }
}
