// SPDX-License-Identifier: MIT
//
// The parts of the addon that a Link uses, played by the test: what the kernel would say is put in,
// what it was told can be looked at.
import { constants } from 'node:os';
import * as addon from '../../../lib/native.js';
import type { QuicSocket } from '../../../lib/socket/index.js';
import { MsgFlag } from '../../../lib/socket/constants.js';

const { EAGAIN, ENOPROTOOPT } = constants.errno;

export interface Sent {
  id: number;
  bytes: number;
  fin: boolean;
}

interface Item {
  kind: number;
  id: number;
  fin: boolean;
  bytes: Buffer;
}

/** A descriptor that only remembers what is of interest. */
class FakeDescriptor {
  readonly fd = 100;
  interest = 0;
  onReady: (status: number, events: number) => void = () => undefined;
  close(): void {
    this.interest = 0;
  }
}

export class FakeKernel {
  readonly descriptor = new FakeDescriptor();
  readonly sent: Sent[] = [];
  readonly resets: [number, number][] = [];
  readonly stops: [number, number][] = [];
  /** What the next calls of sendmsg() return; afterwards it takes everything. */
  answers: number[] = [];
  writable = true;
  /** The wake-up of an edge-triggered watch, while there is one. */
  onEdge: (() => void) | undefined;
  /** How often a stream was to get a socket of its own, which this kernel does not have. */
  peelings = 0;
  #queue: Item[] = [];
  #nextFd = 200;

  readonly socket = {
    fd: this.descriptor.fd,
    descriptor: this.descriptor,
    close: () => undefined,
    resetStream: (id: number, code: number) => this.resets.push([id, code]),
    peelOff: () => {
      this.peelings++;
      throw Object.assign(new Error(), { errno: -ENOPROTOOPT });
    },
    stopSending: (id: number, code: number) => this.stops.push([id, code]),
  } as unknown as QuicSocket;

  install(): void {
    jest.spyOn(addon, 'native').mockReturnValue({
      sendmsg: (...args: Parameters<addon.Native['sendmsg']>) => this.#send(args),
      recvmsg: (...args: Parameters<addon.Native['recvmsg']>) => this.#receive(args),
      recvBatch: (...args: Parameters<addon.Native['recvBatch']>) => this.#batch(args),
      poll: () => (this.writable ? addon.POLLOUT : 0),
      edgeOpen: () => this.#nextFd++,
      edgeClear: () => 0,
      PollHandle: this.#watch(),
    } as unknown as addon.Native);
  }

  #watch(): unknown {
    const setEdge = (wake: (() => void) | undefined): void => {
      this.onEdge = wake;
    };
    return class {
      constructor(_fd: number, callback: (status: number, events: number) => void) {
        setEdge(() => {
          callback(0, addon.POLL_READABLE);
        });
      }
      start(): number {
        return 0;
      }
      close(): void {
        setEdge(undefined);
      }
    };
  }

  arrive(id: number, bytes: Buffer, fin = false): void {
    this.#queue.push({ kind: 0, id, fin, bytes });
  }

  /** Events come before all data (S4.1). */
  event(bytes: Buffer): void {
    const data = this.#queue.findIndex(({ kind }) => kind === 0);
    const at = data < 0 ? this.#queue.length : data;
    this.#queue.splice(at, 0, { kind: 1, id: addon.NO_STREAM, fin: false, bytes });
  }

  get queued(): number {
    return this.#queue.length;
  }

  #send(args: Parameters<addon.Native['sendmsg']>): number {
    const [, , , length, , id, flags] = args;
    const answer = this.answers.shift() ?? length;
    if (answer < 0) return answer;
    const fin = (flags & MsgFlag.STREAM_FIN) !== 0 && answer === length;
    this.sent.push({ id, bytes: answer, fin });
    return answer;
  }

  #receive([, into, , , flags, out]: Parameters<addon.Native['recvmsg']>): number {
    const [head] = this.#queue;
    if (head === undefined) return -EAGAIN;
    out[0] = head.kind === 1 ? MsgFlag.NOTIFICATION : 0;
    if ((flags & MsgFlag.PEEK) === 0) this.#queue.shift();
    return head.bytes.copy(into);
  }

  #batch([, slab, from, records]: Parameters<addon.Native['recvBatch']>): number {
    let offset = from;
    let count = 0;
    records[records.length - 1] = EAGAIN;
    for (;;) {
      const item = this.#queue.shift();
      if (item === undefined) return count;
      item.bytes.copy(slab, offset);
      const record = [item.kind, item.id, item.fin ? 1 : 0, offset, item.bytes.length];
      records.set(record, count * addon.RECORD_SIZE);
      offset += item.bytes.length;
      count++;
    }
  }
}
