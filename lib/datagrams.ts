// SPDX-License-Identifier: MIT
import { toBuffer, type Bytes } from './bytes.js';
import { DEFAULTS, LIMITS } from './options.js';
import { NO_LEVEL, NO_STREAM, native } from './native.js';
import { Queue } from './queue.js';
import { call } from './rethrow.js';
import { MsgFlag } from './socket/constants.js';
import type { QuicSocket } from './socket/socket.js';
import { abortSignal, integer } from './validate.js';

export interface DatagramOptions {
  /** Aborting makes next() reject, and ends the loop. */
  signal?: AbortSignal;
  /**
   * How many datagrams wait for a reader, default 128. When there are more, the oldest is dropped: what
   * is in a datagram is seldom worth waiting for.
   */
  highWaterMark?: number;
}

/** RFC 9000, 14: the UDP payload that every path carries. */
const SMALLEST_PACKET = 1200;
/** The largest short header, an AEAD's tag, and a DATAGRAM frame's type and length. */
const PACKET_OVERHEAD = 1 + 20 + 4 + 16 + 3;
const FRAME_OVERHEAD = 3;

/** RFC 9221: messages that arrive once or not at all, in any order. */
export class Datagrams {
  readonly #arrived = new Queue<Buffer>();
  #limit: number = DEFAULTS.datagrams;
  #dropped = 0;
  #over = false;

  constructor(
    private readonly socket: QuicSocket,
    private readonly listener: { count(): number; emit(datagram: Buffer): void },
  ) {}

  /** Those that nobody read in time. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Zero if the peer takes none. */
  maxSize(): number {
    const { maxDatagramFrameSize } = this.socket.transportParam(true);
    if (maxDatagramFrameSize === 0) return 0;
    try {
      return this.socket.stats().maxDatagram;
    } catch {
      // A module that does not say what the path permits: what every path does.
      const frame = Math.max(maxDatagramFrameSize - FRAME_OVERHEAD, 0);
      return Math.min(frame, SMALLEST_PACKET - PACKET_OVERHEAD);
    }
  }

  /** S3.30: all of it or nothing. */
  send(data: Bytes): boolean {
    const bytes = toBuffer('data', data);
    if (this.#over) return false;
    const flags = MsgFlag.DATAGRAM | MsgFlag.DONTWAIT;
    const { fd } = this.socket;
    return native().sendmsg(fd, bytes, 0, bytes.length, flags, NO_STREAM, 0, NO_LEVEL) >= 0;
  }

  arrive(datagram: Buffer): void {
    this.#arrived.push(datagram);
    this.offer();
    while (this.#arrived.size > this.#limit) {
      this.#arrived.drop();
      this.#dropped++;
    }
  }

  /** What waits is for the listeners of 'datagram', if there are any. */
  offer(): void {
    if (this.listener.count() === 0) return;
    for (const datagram of this.#arrived.take()) {
      call(() => {
        this.listener.emit(datagram);
      });
    }
  }

  iterator(options: DatagramOptions): AsyncIterableIterator<Buffer> {
    const signal = abortSignal('signal', options.signal);
    this.#limit = integer('highWaterMark', options.highWaterMark, this.#limit, LIMITS.datagrams);
    return this.#arrived.iterator(signal);
  }

  /** What waits can still be read. */
  end(): void {
    this.#over = true;
    this.#arrived.end();
  }
}
