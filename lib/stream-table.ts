// SPDX-License-Identifier: MIT
import { channels } from './channels.js';
import type { QuicConnection } from './connection.js';
import type { QuicError } from './errors.js';
import type { Link } from './link.js';
import { QuicStream } from './quic-stream.js';
import { ReceiveHalf } from './receive-half.js';
import { ReceiveStream } from './receive-stream.js';
import { SendHalf } from './send-half.js';
import { SendStream } from './send-stream.js';
import { STREAM_SERVER, STREAM_UNI, StreamState } from './socket/constants.js';
import type { StreamUpdate } from './socket/structs.js';

interface Entry {
  stream: QuicStream | SendStream | ReceiveStream;
  send: SendHalf | undefined;
  receive: ReceiveHalf | undefined;
}

/** The streams of a connection that the kernel still has something to say about. */
export class StreamTable {
  /** Called when a stream has left the table. */
  onGone: () => void = () => undefined;
  /** What the peer opens may have come as 0-RTT: until the queue was empty once. */
  early = false;

  readonly #entries = new Map<number, Entry>();
  /**
   * Streams whose end was announced by an event while data that nobody wants may still be queued
   * before us. Forgotten when the queue was empty once.
   */
  readonly #ghosts = new Set<number>();

  constructor(
    private readonly connection: QuicConnection,
    private readonly link: Link,
    private readonly accept: (stream: QuicStream | ReceiveStream) => void,
  ) {}

  /** True while this process has bytes of a stream that the kernel has not, or has to throw some away. */
  get busy(): boolean {
    for (const { stream, receive } of this.#entries.values()) {
      if (!stream.destroyed || receive?.settled === false) return true;
    }
    return false;
  }

  /** True while a stream that was ended still waits for the peer's acknowledgement. */
  get flushing(): boolean {
    for (const { stream, send } of this.#entries.values()) {
      if (send === undefined || send.settled || stream instanceof ReceiveStream) continue;
      if (stream.writableEnded || send.finished) return true;
    }
    return false;
  }

  openBidi(id: number, highWaterMark?: number): QuicStream {
    const send = new SendHalf(this.link, id);
    const receive = new ReceiveHalf(this.link, id);
    const initiator = this.#isLocal(id) ? 'local' : 'peer';
    const { connection } = this;
    const early = this.early && initiator === 'peer';
    const init = { id, connection, initiator, highWaterMark, early } as const;
    const stream = QuicStream.create(init, send, receive);
    this.#add(id, { stream, send, receive });
    return stream;
  }

  openUni(id: number, highWaterMark?: number): SendStream {
    const send = new SendHalf(this.link, id);
    const init = { id, connection: this.connection, initiator: 'local', highWaterMark } as const;
    const stream = SendStream.create(init, send);
    this.#add(id, { stream, send, receive: undefined });
    return stream;
  }

  #acceptUni(id: number): ReceiveStream {
    const receive = new ReceiveHalf(this.link, id);
    const { connection, early } = this;
    const init = { id, connection, initiator: 'peer', early } as const;
    const stream = ReceiveStream.create(init, receive);
    this.#add(id, { stream, send: undefined, receive });
    return stream;
  }

  #add(id: number, entry: Entry): void {
    this.#entries.set(id, entry);
    if (channels.streamOpen.hasSubscribers) {
      channels.streamOpen.publish({ stream: entry.stream });
    }
    const onSettled = (): void => {
      if (entry.send?.settled === false || entry.receive?.settled === false) return;
      this.#remove(id, entry);
      entry.receive?.close();
      this.onGone();
    };
    if (entry.receive !== undefined) entry.receive.onSettled = onSettled;
    if (entry.send === undefined) return;
    const { send } = entry;
    send.onSettled = onSettled;
    send.onRefused = () => {
      this.#stopped(entry, 0);
    };
  }

  #remove(id: number, { stream }: Entry): void {
    if (!this.#entries.delete(id)) return;
    if (channels.streamClose.hasSubscribers) channels.streamClose.publish({ stream });
  }

  #isLocal(id: number): boolean {
    return (id & STREAM_SERVER) === (this.connection.role === 'server' ? STREAM_SERVER : 0);
  }

  /** The stream's entry; a stream that the peer has just opened gets one. */
  #find(id: number): Entry | undefined {
    const known = this.#entries.get(id);
    if (known !== undefined || this.#isLocal(id) || this.#ghosts.has(id)) return known;
    this.accept((id & STREAM_UNI) === 0 ? this.openBidi(id) : this.#acceptUni(id));
    return this.#entries.get(id);
  }

  data(id: number, bytes: Buffer, fin: boolean): void {
    this.#find(id)?.receive?.data(bytes, fin);
  }

  update(update: StreamUpdate): void {
    const { id, state, errcode } = update;
    if (state === StreamState.RECV_RECV) {
      this.#find(id);
      return;
    }
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    switch (state) {
      case StreamState.SEND_RECVD:
        entry.send?.acknowledged();
        break;
      case StreamState.SEND_RESET_SENT:
        this.#stopped(entry, errcode);
        break;
      case StreamState.SEND_RESET_RECVD:
        entry.send?.resetAcknowledged();
        break;
      case StreamState.RECV_RECVD:
        if (entry.receive?.discarding !== true) break;
        this.#ghosts.add(id);
        entry.receive.completed();
        break;
      case StreamState.RECV_RESET_RECVD:
        this.#reset(entry, errcode);
        break;
    }
  }

  #stopped({ stream, send }: Entry, code: number): void {
    if (send === undefined || stream instanceof ReceiveStream) return;
    const error = send.stopped(code);
    if (stream instanceof SendStream) stream.sendingOver(error);
    else stream.sendingStopped(error);
  }

  #reset({ stream, receive }: Entry, code: number): void {
    if (receive === undefined || stream instanceof SendStream) return;
    const error = receive.reset(code);
    // RFC 9000, 3.5: the answer to this end's STOP_SENDING is no news, and the writing half goes on.
    if (!receive.discarding) stream.receivingOver(error);
  }

  drained(): void {
    this.#ghosts.clear();
    this.early = false;
  }

  /** The connection is over: whatever is not complete fails with `error`. */
  lose(error: QuicError): void {
    this.link.end();
    for (const [id, entry] of [...this.#entries]) {
      const { stream, send, receive } = entry;
      receive?.drain();
      const unsent = send !== undefined && !send.finished;
      const unreceived = receive?.finished === false;
      send?.lose();
      receive?.lose();
      if (unreceived && !(stream instanceof SendStream)) stream.receivingOver(error);
      else if (unsent && !(stream instanceof ReceiveStream)) stream.sendingOver(error);
      this.#remove(id, entry);
    }
  }
}
