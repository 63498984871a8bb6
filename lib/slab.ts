// SPDX-License-Identifier: MIT
import { RECORD_SIZE, native } from './native.js';

const SLAB_SIZE = 256 * 1024;
/** A batch starts with at least this much room. */
const MIN_ROOM = 64 * 1024;
const MAX_RECORDS = 64;
/** Smaller pieces are copied out, so that none of them keeps a slab alive. */
const COPY_BELOW = 4096;

/** Kinds of records (addon/message.cc). */
export const RecordKind = { DATA: 0, EVENT: 1, DATAGRAM: 2 } as const;

/**
 * Where received bytes land: one slab for all connections of a thread, since a batch is dealt out
 * before the next one starts. Large pieces are handed on as views; then the rest of the slab is
 * used, and after that a new one.
 */
class Slab {
  #bytes = Buffer.allocUnsafeSlow(SLAB_SIZE);
  #offset = 0;
  readonly #records = new Float64Array(MAX_RECORDS * RECORD_SIZE + 1);

  /**
   * Deals out one batch; `deal` says false to get no more of it. Returns the errno that ended the
   * batch; 0: there may be more. Only called from the event loop, never from within itself.
   */
  receive(
    fd: number,
    deal: (kind: number, streamId: number, bytes: Buffer, fin: boolean) => boolean,
  ): number {
    if (SLAB_SIZE - this.#offset < MIN_ROOM) {
      this.#bytes = Buffer.allocUnsafeSlow(SLAB_SIZE);
      this.#offset = 0;
    }
    const bytes = this.#bytes;
    const records = this.#records;
    const count = native().recvBatch(fd, bytes, this.#offset, records);
    for (let at = 0; at < count * RECORD_SIZE; at += RECORD_SIZE) {
      const from = records[at + 3] ?? 0;
      const length = records[at + 4] ?? 0;
      let piece = bytes.subarray(from, from + length);
      if (length < COPY_BELOW) piece = Buffer.from(piece);
      else this.#offset = from + length;
      if (!deal(records[at] ?? 0, records[at + 1] ?? 0, piece, records[at + 2] === 1)) return 0;
    }
    return records[records.length - 1] ?? 0;
  }
}

export const slab = new Slab();
