// SPDX-License-Identifier: MIT
import { EAGAIN } from './errno.js';
import type { PeeledStream } from './link.js';
import { POLL_READABLE, native } from './native.js';
import { MsgFlag } from './socket/constants.js';
import type { Descriptor } from './socket/descriptor.js';

/** Where bytes land before they are copied out: one place for all streams of a thread. */
const LANDING = Buffer.allocUnsafeSlow(64 * 1024);
/** Reads at one wake-up; then it is the turn of others. */
const READS = 4;

/** `fin`: these are the last bytes. False: enough for now. */
export type Take = (bytes: Buffer, fin: boolean) => boolean;

/**
 * The receiving part of a stream that has a socket of its own (docs/peeloff.md): what is not read here
 * stays in the kernel and stops this stream's sender only (PO.12). Resets and the connection's end are
 * told by the connection's events, as those of any stream (PO.7). Where the module can do that the sending part is
 * not concerned (PO.5), so that a program that dies does not finish what it has not finished.
 */
export class PeeledReader {
  /** Called once, when the socket is closed. */
  onClosed: () => void = () => undefined;

  readonly #out = new Float64Array(4);
  readonly #descriptor: Descriptor;
  readonly #readOnly: boolean;

  constructor(
    { socket, readOnly }: PeeledStream,
    private readonly take: Take,
  ) {
    this.#descriptor = socket.descriptor;
    this.#readOnly = readOnly;
    // The connection keeps the process, or not.
    this.#descriptor.unref();
    this.#descriptor.onReady = () => {
      this.#onReady();
    };
  }

  /** Goes on reading until `take` has enough. */
  start(): void {
    this.#descriptor.interest = POLL_READABLE;
  }

  #onReady(): void {
    for (let i = 0; i < READS; i++) {
      const result = this.#read();
      if (result === 'more') continue;
      if (result !== 'later') this.#descriptor.interest = 0;
      return;
    }
  }

  /** enough: `take` wants no more now. over: nothing will come. later: nothing is there. */
  #read(): 'more' | 'enough' | 'over' | 'later' {
    const { closed, fd } = this.#descriptor;
    if (closed) return 'over';
    const flags = MsgFlag.DONTWAIT;
    const length = native().recvmsg(fd, LANDING, 0, LANDING.length, flags, this.#out);
    if (length === -EAGAIN) return 'later';
    // Reset, or the connection is over: an event says so.
    if (length < 0) return 'over';
    const fin = length === 0 || ((this.#out[2] ?? 0) & MsgFlag.STREAM_FIN) !== 0;
    const more = this.take(Buffer.from(LANDING.subarray(0, length)), fin);
    if (fin) return 'over';
    return more ? 'more' : 'enough';
  }

  /** Everything that is there, wanted or not: the connection is over, and nothing can follow (PO.16). */
  drain(): void {
    let result = this.#read();
    while (result === 'more' || result === 'enough') result = this.#read();
  }

  /** Everything was received: without the sending part the socket is of no use any more. */
  received(): void {
    if (this.#readOnly) this.close();
  }

  /** Only when the sending part is over as well: this would end it, unless it is not lent (PO.18). */
  close(): void {
    if (this.#descriptor.closed) return;
    this.#descriptor.close();
    this.onClosed();
  }
}
