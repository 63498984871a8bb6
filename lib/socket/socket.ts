// SPDX-License-Identifier: MIT
import { constants } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { toBuffer, type Bytes } from '../bytes.js';
import { EAGAIN, ENOSPC } from '../errno.js';
import { systemError } from '../errors.js';
import { throwIfAborted } from '../signal.js';
import { checkSocket } from '../support.js';
import {
  NO_LEVEL,
  NO_STREAM,
  POLL_WRITABLE,
  QUEUED_IN,
  QUEUED_OUT,
  QUEUED_UNSENT,
  SocketNumber,
  native,
} from '../native.js';
import { abortSignal, integer, oneOf, valueError } from '../validate.js';
import { IPPROTO_QUIC, MsgFlag, STREAM_PEELOFF_RDONLY } from './constants.js';
import { Descriptor } from './descriptor.js';
import { Edge } from './edge.js';
import { QuicSocketOptions, check } from './options.js';

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

/** Options of other levels that are one number (spec, 2.12). SO_* and IP_* in Node's spelling. */
export type SocketNumberName = keyof typeof SocketNumber;

/** Not among Node's constants; the same on every architecture that Node runs on. */
const O_CLOEXEC = 0o2000000;
/** RFC 9000, 2.1; -1: the kernel's choice. */
const STREAM_IDS = [-1, 2 ** 62] as const;
const LEVELS = [0, 255] as const;
/** Signed or not. */
const NUMBERS = [-(2 ** 31), 2 ** 32 - 1] as const;
/** A message that fills this is received in parts. */
const RECEIVE_SIZE = 65536;

/**
 * An IPPROTO_QUIC socket: the system calls one by one, never blocking, with errors as Node has them
 * (`code`, `errno`, `syscall`). Where a call may have to wait there is one that says so by returning
 * undefined, and a promise, whose name begins with `wait`. An open socket is kept alive by the event
 * loop until {@link close}; on a closed one every system call fails with EBADF, and waiting with
 * ERR_QUIC_CLOSED.
 */
export class QuicSocket extends QuicSocketOptions {
  /** For an event loop of one's own. */
  readonly descriptor: Descriptor;
  readonly #edges = new Set<Edge>();

  private constructor(fd: number) {
    super();
    this.descriptor = new Descriptor(fd);
  }

  /** Whatever goes wrong, no descriptor is left over. */
  static #own(fd: number): QuicSocket {
    try {
      return new QuicSocket(fd);
    } catch (error) {
      native().close(fd);
      throw error;
    }
  }

  /** Throws ERR_QUIC_UNSUPPORTED where the kernel has no QUIC. */
  static open(family: 4 | 6 = 6): QuicSocket {
    return QuicSocket.#own(checkSocket(native().socket(oneOf('family', family, 6, [4, 6]), 2)));
  }

  /**
   * Takes over a descriptor from elsewhere: inherited, passed on, or from {@link detach}. Throws
   * ERR_INVALID_ARG_VALUE if it is not an IPPROTO_QUIC socket or this thread has it in use; it is the
   * caller's then as before.
   */
  static adopt(fd: number): QuicSocket {
    integer('fd', fd, -1, [0, 2 ** 31 - 1]);
    const protocol = check('getsockopt', native().getNumber(fd, SocketNumber.protocol));
    if (protocol !== IPPROTO_QUIC) throw valueError('fd', 'it is not an IPPROTO_QUIC socket', fd);
    check('fcntl', native().adopt(fd));
    return new QuicSocket(fd);
  }

  /** -1 once the socket is closed or given away. */
  get fd(): number {
    return this.descriptor.fd;
  }

  bind(address: string, port: number): void {
    const result = native().bind(this.fd, address, port);
    if (result < 0) throw systemError('bind', result, { address, port });
  }

  /** 0: no listener any more (S2.17). */
  listen(backlog: number): void {
    check('listen', native().listen(this.fd, backlog));
  }

  /** Undefined while no connection is pending. The handshake comes next. */
  accept(): QuicSocket | undefined {
    const result = native().accept(this.fd);
    if (result === -EAGAIN) return undefined;
    return QuicSocket.#own(check('accept', result));
  }

  async waitAccept(signal?: AbortSignal): Promise<QuicSocket> {
    throwIfAborted(abortSignal('signal', signal));
    for (;;) {
      const socket = this.accept();
      if (socket !== undefined) return socket;
      await this.readable(signal);
    }
  }

  /** Sends nothing yet: the handshake does. */
  connect(address: string, port: number): void {
    const result = native().connect(this.fd, address, port);
    if (result < 0) throw systemError('connect', result, { address, port });
  }

  /** SHUT_RD, SHUT_WR, SHUT_RDWR: each ends the whole connection (S2.35). */
  shutdown(how: 0 | 1 | 2): void {
    check('shutdown', native().shutdown(this.fd, how));
  }

  /** May be called again. During a handshake the descriptor is closed when the step under way is over. */
  close(): void {
    this.descriptor.close();
    this.#closeEdges();
  }

  /** Gives the descriptor away, open, and makes this object unusable. */
  detach(): number {
    const fd = this.descriptor.release();
    this.#closeEdges();
    return fd;
  }

  #closeEdges(): void {
    for (const edge of this.#edges) edge.close();
    this.#edges.clear();
  }

  /** Another descriptor of the same connection; it ends when the last one is closed. */
  duplicate(): QuicSocket {
    return QuicSocket.#own(check('fcntl', native().duplicate(this.fd)));
  }

  /** Resolves when a message, an event or a pending connection can be had, or on an error. */
  readable(signal?: AbortSignal): Promise<void> {
    return this.descriptor.readable(signal);
  }

  /** Resolves when there is send buffer and the connection's flow control permits more (S2.40). */
  writable(signal?: AbortSignal): Promise<void> {
    return this.descriptor.writable(signal);
  }

  localAddress(): AddressInfo {
    const result = native().getsockname(this.fd);
    if (typeof result === 'number') throw systemError('getsockname', result);
    return result;
  }

  /** ENOTCONN before connect() and after the end. */
  remoteAddress(): AddressInfo {
    const result = native().getpeername(this.fd);
    if (typeof result === 'number') throw systemError('getpeername', result);
    return result;
  }

  // ---- messages

  #send(bytes: Buffer, offset: number, { flags = 0, stream, handshake }: SendOptions): number {
    return native().sendmsg(
      this.fd,
      bytes,
      offset,
      bytes.length - offset,
      flags | MsgFlag.DONTWAIT,
      stream === undefined ? NO_STREAM : integer('stream.id', stream.id, -1, STREAM_IDS),
      stream?.flags ?? 0,
      handshake === undefined ? NO_LEVEL : integer('handshake.level', handshake.level, 0, LEVELS),
    );
  }

  /**
   * Bytes that were queued; undefined where sendmsg() says EAGAIN. ENOSPC is thrown where a named stream
   * has no credit (S3.19): wait for the event STREAM_MAX_DATA, or use {@link waitSend}.
   */
  send(data: Bytes, options: SendOptions = {}): number | undefined {
    const result = this.#send(toBuffer('data', data), 0, options);
    if (result === -EAGAIN) return undefined;
    return check('sendmsg', result);
  }

  /**
   * Resolves when all of `data` is queued, waiting for buffers, for credit and for the peer's permission
   * to open a stream. Several at a time have to name their streams. After an AbortError some of the data
   * may have been queued.
   */
  async waitSend(data: Bytes, options: SendOptions & { signal?: AbortSignal } = {}): Promise<void> {
    const bytes = toBuffer('data', data);
    const { signal } = options;
    let offset = 0;
    let rest: SendOptions = options;
    let edge: Edge | undefined;
    try {
      for (;;) {
        const result = this.#send(bytes, offset, rest);
        if (result >= 0) {
          offset += result;
          if (offset >= bytes.length) return;
          rest = withoutNew(options);
        } else if (result !== -EAGAIN && result !== -ENOSPC) {
          throw systemError('sendmsg', result);
        } else {
          edge ??= this.#edge();
          await edge.next(signal);
        }
      }
    } finally {
      this.#drop(edge);
    }
  }

  /** As {@link openStream}, waiting for the peer's permission. */
  async waitOpenStream(type: 'bidi' | 'uni', signal?: AbortSignal): Promise<number> {
    let edge: Edge | undefined;
    try {
      for (;;) {
        const id = this.openStream(type);
        if (id !== undefined) return id;
        edge ??= this.#edge();
        await edge.next(signal);
      }
    } finally {
      this.#drop(edge);
    }
  }

  #edge(): Edge {
    const edge = Edge.open(this.fd, POLL_WRITABLE);
    this.#edges.add(edge);
    return edge;
  }

  #drop(edge: Edge | undefined): void {
    if (edge === undefined) return;
    this.#edges.delete(edge);
    edge.close();
  }

  /** Undefined while there is nothing to receive. The connection's end is ENOTCONN. */
  receive(size = RECEIVE_SIZE, flags = 0): ReceivedMessage | undefined {
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

  async waitReceive(
    options: { size?: number; flags?: number; signal?: AbortSignal } = {},
  ): Promise<ReceivedMessage> {
    const { size = RECEIVE_SIZE, flags = 0, signal } = options;
    for (;;) {
      const message = this.receive(size, flags);
      if (message !== undefined) return message;
      await this.readable(signal);
    }
  }

  /**
   * sendfile(2) from an open file to the active stream (S2.49): bytes that were queued, 0 at the file's
   * end, undefined where it says EAGAIN. Without `offset` the file's own position is used and moves on.
   * Reading the file may block this thread.
   */
  sendFile(file: number, length: number, offset = -1): number | undefined {
    const result = native().sendfile(this.fd, file, offset, length);
    return result === -EAGAIN ? undefined : check('sendfile', result);
  }

  /** splice(2) from a pipe to the active stream; results as of {@link sendFile}. */
  spliceFrom(pipe: number, length: number): number | undefined {
    const result = native().splice(pipe, this.fd, length);
    return result === -EAGAIN ? undefined : check('splice', result);
  }

  /** splice(2) into a pipe of what receive() would give, without its flags and stream. */
  spliceTo(pipe: number, length: number): number | undefined {
    const result = native().splice(this.fd, pipe, length);
    return result === -EAGAIN ? undefined : check('splice', result);
  }

  // ---- kquic's own

  /**
   * The stream as a socket of its own (docs/peeloff.md): {@link send} and {@link receive} without a stream,
   * {@link readable} and {@link writable} about this stream only. `writeOnly`: the sending part
   * is lent until the new socket is closed, and what the peer sends stays here. `readOnly`: what the
   * peer sends goes there, and this socket goes on sending; closing the new one does not send FIN.
   * ENOPROTOOPT where the module is not kquic's.
   */
  peelOff(
    id: number,
    { writeOnly = false, readOnly = false }: { writeOnly?: boolean; readOnly?: boolean } = {},
  ): QuicSocket {
    const flags =
      constants.O_NONBLOCK +
      O_CLOEXEC +
      (writeOnly ? constants.O_WRONLY : 0) +
      (readOnly ? STREAM_PEELOFF_RDONLY : 0);
    const stream = integer('id', id, -1, STREAM_IDS);
    return QuicSocket.#own(check('getsockopt', native().peelOff(this.fd, stream, flags)));
  }

  // ---- what is below and beside SOL_QUIC

  /** SIOCINQ: bytes accounted in the receive queue (S2.44). */
  get inQueue(): number {
    return check('ioctl', native().queued(this.fd, QUEUED_IN));
  }

  /** SIOCOUTQ: bytes accounted in the send queue, those that wait for an acknowledgement included. */
  get outQueue(): number {
    return check('ioctl', native().queued(this.fd, QUEUED_OUT));
  }

  /** SIOCOUTQNSD: payload bytes that were not sent yet. */
  get unsent(): number {
    return check('ioctl', native().queued(this.fd, QUEUED_UNSENT));
  }

  /** For example 'receiveBuffer', SO_RCVBUF; 'error', SO_ERROR, is cleared by it. */
  getNumber(name: SocketNumberName): number {
    return check('getsockopt', native().getNumber(this.fd, numberOf(name)));
  }

  setNumber(name: SocketNumberName, value: number): void {
    const number = integer('value', value, 0, NUMBERS);
    check('setsockopt', native().setNumber(this.fd, numberOf(name), number));
  }

  /** SO_BINDTODEVICE, before bind() and connect() (S2.15); '' for none. */
  bindToDevice(name: string): void {
    check('setsockopt', native().bindToDevice(this.fd, name));
  }
}

function numberOf(name: SocketNumberName): number {
  if (Object.hasOwn(SocketNumber, name)) return SocketNumber[name];
  throw valueError('name', `it must be one of ${Object.keys(SocketNumber).join(', ')}`, name);
}

/** S3.14: MSG_QUIC_STREAM_NEW is an error once something was sent. */
function withoutNew({ flags = 0, stream, ...rest }: SendOptions): SendOptions {
  const without = (bits: number): number => bits & ~MsgFlag.STREAM_NEW;
  return {
    ...rest,
    flags: without(flags),
    ...(stream && { stream: { id: stream.id, flags: without(stream.flags ?? 0) } }),
  };
}
