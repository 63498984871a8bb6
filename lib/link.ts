// SPDX-License-Identifier: MIT
//
// Back-pressure, and why it looks like this. The kernel has one receive queue for a connection and
// grants credit, of the stream and of the connection, when recvmsg() takes data out of it (spec,
// S4.16). So data of a stream that nobody reads must be taken out to reach that of other streams,
// and then its sender may send more. What a stream does not want yet is therefore kept here, up to
// `maxData` bytes for the whole connection, as if they still counted against the connection's
// window. A stream that has more than its share of that gets a socket of its own (docs/peeloff.md), if
// the kernel has those and the connection few of them: then it stops its own sender only. Otherwise,
// beyond `maxData`, the connection is not read any further until a stream takes what is its own. In
// any case memory stays bounded.
//
// Events have to be read even then (a blocked writer waits for STREAM_MAX_DATA), and they come
// before all data in the queue (S4.1): while reading is paused, each wake-up of the socket looks at
// the head of the queue and takes the events. The wake-ups come from an edge-triggered epoll of its
// own, since the socket stays readable all the time.
//
// Writers try sendmsg() first. EAGAIN, or ENOSPC while the socket is not writable, is the
// connection's: they wait for POLLOUT. ENOSPC while it is writable is the stream's: they wait for
// STREAM_MAX_DATA, because POLLOUT would be true all the time (S2.41). Where there is no memory, or no
// route (S3.26), they wait a while.
import { EAGAIN, EINVAL, ENOPROTOOPT, ENOSPC } from './errno.js';
import type { SystemError } from './errors.js';
import { NO_LEVEL, POLLOUT, POLL_READABLE, POLL_WRITABLE, SocketNumber, native } from './native.js';
import { call } from './rethrow.js';
import { MsgFlag } from './socket/constants.js';
import { Edge } from './socket/edge.js';
import { parseEvent, type QuicEvent } from './socket/event.js';
import type { Descriptor } from './socket/descriptor.js';
import type { QuicSocket } from './socket/socket.js';
import { Pause, cannotSendNow } from './shortage.js';
import { RecordKind, slab } from './slab.js';
import { Turns, type Turn } from './turns.js';

/** Longer than any event. */
const EVENT_SIZE = 8192;

/** Sockets of streams: a peer that sends what nobody reads must not use up the process's descriptors. */
const MAX_PEELED = 8;
/** Bytes that are worth a socket, however large the budget is. */
const MAX_SHARE = 256 * 1024;

/** `readOnly`: without the sending part, which closing the socket would end otherwise (PO.5, PO.18). */
export interface PeeledStream {
  socket: QuicSocket;
  readOnly: boolean;
}

export interface LinkOwner {
  onData(streamId: number, bytes: Buffer, fin: boolean): void;
  onDatagram(bytes: Buffer): void;
  onEvent(event: QuicEvent): void;
  /** The receive queue was empty for a moment. */
  onDrained(): void;
  /** The connection is over and everything was received. */
  onEnd(errno: number): void;
}

/** A connection's socket at work: receives for all streams, and makes writers wait. */
export class Link {
  #held = 0;
  #paused = false;
  #draining = false;
  #closed = false;
  #edge: Edge | undefined;
  #peeled = 0;
  #mayPeel = MAX_PEELED;
  #started = false;
  #parts: boolean | undefined;
  readonly #orders: (() => void)[] = [];
  #lent = false;
  readonly #turns = new Turns();
  readonly #blockedStreams = new Map<number, Turn>();
  readonly #postponed = new Set<Turn>();
  readonly #shortage = new Pause(() => {
    this.#retryPostponed();
  });

  constructor(
    readonly socket: QuicSocket,
    private readonly budget: number,
    private readonly owner: LinkOwner,
  ) {}

  /** The handshake is complete. What early writers waited for may have come without a word. */
  start(): void {
    this.#started = true;
    for (const order of this.#orders.splice(0)) order();
    const waiting = [...this.#blockedStreams.values()];
    this.#blockedStreams.clear();
    for (const turn of waiting) turn.retry();
    this.socket.descriptor.onReady = (status, events) => {
      this.#onReady(status, events);
    };
    this.#wakeBlocked();
  }

  /** Has `order` carried out once the kernel takes such (S6.9, S6.11): at once after the handshake. */
  give(order: () => void): void {
    if (this.#started) order();
    else this.#orders.push(order);
  }

  /** `busy` settles when nobody uses the descriptor any more. */
  close(busy?: Promise<unknown>): void {
    this.#stop();
    const close = (): void => {
      this.socket.close();
    };
    if (busy === undefined) close();
    else busy.then(close, close);
  }

  /** The descriptor, open, for somebody else. */
  giveAway(): number {
    this.#stop();
    return this.socket.detach();
  }

  #stop(): void {
    this.#closed = true;
    this.#orders.length = 0;
    this.#turns.clear();
    this.#blockedStreams.clear();
    this.#shortage.end();
    this.#edge?.close();
  }

  ref(): void {
    this.socket.descriptor.ref();
    this.#edge?.ref();
  }

  unref(): void {
    this.socket.descriptor.unref();
    this.#edge?.unref();
  }

  // ---- receiving

  /** `bytes` more are kept for a stream that does not want them yet. */
  hold(bytes: number): void {
    this.#held += bytes;
    if (!this.#paused && !this.#draining && this.#held > this.budget) this.#pause();
  }

  release(bytes: number): void {
    this.#held -= bytes;
    if (this.#paused && this.#held <= this.budget / 2) this.#resume();
  }

  /** The peer closed: what is queued is all there will be, so it is taken without regard to budget. */
  drain(): void {
    this.#draining = true;
    if (this.#paused) this.#resume();
  }

  // ---- streams with sockets of their own

  /** Bytes that a stream may keep here before it gets one. */
  get share(): number {
    return Math.min(this.budget / MAX_PEELED, MAX_SHARE);
  }

  /** A new one for what a stream receives; undefined: there is none to be had. */
  peelOff(streamId: number): PeeledStream | undefined {
    if (this.#closed || this.#peeled >= this.#mayPeel) return undefined;
    try {
      const readOnly = this.#knowsParts();
      const socket = this.socket.peelOff(streamId, { readOnly });
      this.#peeled++;
      return { socket, readOnly };
    } catch (error) {
      if ((error as SystemError).errno === -ENOPROTOOPT) this.#mayPeel = 0;
      return undefined;
    }
  }

  unpeel(): void {
    this.#peeled--;
  }

  /**
   * Can the sending or the receiving part of a stream have a socket alone? The statistics are asked for
   * because only kquic's module has both: another one's peel-off may not know our flags, and take both.
   */
  #knowsParts(): boolean {
    if (this.#parts !== undefined) return this.#parts;
    try {
      this.socket.stats();
      this.#parts = true;
    } catch {
      this.#parts = false;
    }
    return this.#parts;
  }

  /** While streams have sockets, closing that of the connection is not its end (PO.20); this is. */
  end(): void {
    if (this.#peeled === 0 && !this.#lent) return;
    try {
      this.socket.shutdown(2);
    } catch {
      // It has ended already.
    }
  }

  #pause(): void {
    this.#paused = true;
    this.#updateInterest();
    try {
      this.#edge = Edge.open(this.socket.fd, POLL_READABLE);
    } catch {
      // No descriptor is left: events are taken when reading goes on.
      return;
    }
    this.#edge.watch(() => {
      this.takeEvents();
    });
  }

  #resume(): void {
    this.#paused = false;
    this.#edge?.close();
    this.#edge = undefined;
    this.#updateInterest();
  }

  #updateInterest(): void {
    if (this.#closed || !this.#started) return;
    this.socket.descriptor.interest =
      (this.#paused ? 0 : POLL_READABLE) | (this.#turns.waiting ? POLL_WRITABLE : 0);
  }

  #onReady(status: number, events: number): void {
    if (status < 0) {
      // libuv stops at POLLERR (S2.40: only with a pending error, which this clears).
      this.#receive();
      if (this.#closed) return;
      const errno = native().getNumber(this.socket.fd, SocketNumber.error);
      if (errno === 0) this.owner.onEnd(EINVAL);
      else this.#updateInterest();
      return;
    }
    if (events & POLL_READABLE) this.#receive();
    if (!this.#closed && events & POLL_WRITABLE) this.#wakeBlocked();
  }

  /** One batch; a level-triggered poll calls again if there is more. */
  #receive(): void {
    const errno = slab.receive(this.socket.fd, (kind, streamId, bytes, fin) => {
      call(() => {
        if (kind === RecordKind.DATA) this.owner.onData(streamId, bytes, fin);
        else if (kind === RecordKind.DATAGRAM) this.owner.onDatagram(bytes);
        else if (kind === RecordKind.EVENT) this.owner.onEvent(parseEvent(bytes));
      });
      return !this.#closed;
    });
    if (this.#closed || errno === 0) return;
    if (errno === EAGAIN) this.owner.onDrained();
    else this.owner.onEnd(errno);
  }

  /** Events that are queued before all data, while reading is paused or before it comes to them. */
  takeEvents(): void {
    const bytes = Buffer.allocUnsafe(EVENT_SIZE);
    const out = new Float64Array(4);
    for (;;) {
      if (this.#closed) return;
      const { fd } = this.socket;
      const peek = MsgFlag.PEEK | MsgFlag.DONTWAIT;
      if (native().recvmsg(fd, bytes, 0, 1, peek, out) < 0) return;
      if (((out[0] ?? 0) & MsgFlag.NOTIFICATION) === 0) return;
      const length = native().recvmsg(fd, bytes, 0, EVENT_SIZE, MsgFlag.DONTWAIT, out);
      if (length < 0) return;
      call(() => {
        this.owner.onEvent(parseEvent(bytes.subarray(0, length)));
      });
    }
  }

  // ---- sending

  /** True if another stream comes first: then `turn` is called when it is its turn. */
  yields(turn: Turn): boolean {
    return this.#turns.waiting && this.#turns.yields(turn);
  }

  served(turn: Turn): void {
    this.#turns.served(turn);
  }

  /** Bytes that the kernel took (possibly none, with `flags` FIN), or -errno. */
  send(streamId: number, data: Buffer, offset: number, flags: number): number {
    return native().sendmsg(
      this.socket.fd,
      data,
      offset,
      data.length - offset,
      MsgFlag.DONTWAIT,
      streamId,
      flags | MsgFlag.STREAM_SNDBLOCK,
      NO_LEVEL,
    );
  }

  /**
   * After send() said `result`: calls `turn` when it may go on. False if `result` is not about
   * waiting. A caller must try again once if the answer is 'now'.
   */
  wait(turn: Turn, result: number, again: boolean): boolean | 'now' {
    if (cannotSendNow(result)) {
      this.#postponed.add(turn);
      this.#shortage.beginAside();
      return true;
    }
    if (result !== -EAGAIN && result !== -ENOSPC) return false;
    const writable = (native().poll(this.socket.fd, POLLOUT, 0) & POLLOUT) !== 0;
    if (writable && !again) return 'now';
    if (writable && result === -ENOSPC) {
      this.#blockedStreams.set(turn.id, turn);
    } else {
      this.#turns.wait(turn);
      this.#updateInterest();
    }
    return true;
  }

  /** A socket that sends on this stream alone, until it is closed; undefined where there is none. */
  lend(streamId: number): Descriptor | undefined {
    if (this.#closed || !this.#knowsParts()) return undefined;
    try {
      const { descriptor } = this.socket.peelOff(streamId, { writeOnly: true });
      this.#lent = true;
      return descriptor;
    } catch {
      return undefined;
    }
  }

  /** STREAM_MAX_DATA arrived. */
  wakeStream(streamId: number): void {
    const turn = this.#blockedStreams.get(streamId);
    this.#blockedStreams.delete(streamId);
    turn?.retry();
  }

  forget(turn: Turn): void {
    this.#blockedStreams.delete(turn.id);
    this.#postponed.delete(turn);
    if (this.#turns.delete(turn)) this.#updateInterest();
  }

  #retryPostponed(): void {
    const turns = [...this.#postponed];
    this.#postponed.clear();
    for (const turn of turns) call(turn.retry);
  }

  #wakeBlocked(): void {
    this.#turns.serve();
    this.#updateInterest();
  }
}
