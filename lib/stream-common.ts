// SPDX-License-Identifier: MIT
//
// What the three stream types share.
import { once, type EventEmitter } from 'node:events';
import { Buffer } from 'node:buffer';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { toBuffer } from './bytes.js';
import type { QuicConnection } from './connection.js';
import { QuicError } from './errors.js';
import { DEFAULTS } from './options.js';
import type { ReceiveHalf } from './receive-half.js';
import type { SendHalf } from './send-half.js';
import { throwIfAborted, whenAborted } from './signal.js';
import { abortSignal, integer } from './validate.js';

export const HIGH_WATER_MARK = 64 * 1024;

export interface StreamInit {
  id: number;
  connection: QuicConnection;
  initiator: 'local' | 'peer';
  early?: boolean;
  highWaterMark?: number | undefined;
}

export interface ReadOptions {
  /** Bytes; default 1 MiB. */
  limit?: number;
  signal?: AbortSignal;
}

export interface SendOptions {
  /** Aborting destroys the stream: what is queued cannot be taken back. */
  signal?: AbortSignal;
  /** These are the last bytes. */
  fin?: boolean;
}

/**
 * The error that the 'error' event gets: what the peer or the network did is one only where somebody
 * listens (as http.IncomingMessage has it), so no peer can end the process.
 */
export function unlessUnheard(stream: EventEmitter, error: Error | null): Error | null {
  return error instanceof QuicError && stream.listenerCount('error') === 0 ? null : error;
}

/**
 * Listens for errors in the program's place. pipe() listens too, and hands an error on where nobody else
 * does: without this a peer that resets a stream that is piped to would end the process. What the program
 * itself destroyed a stream with is thrown, as Node does.
 */
export function guard(stream: EventEmitter): void {
  stream.on('error', (error: unknown) => {
    if (!(error instanceof QuicError) && stream.listenerCount('error') === 1) throw error;
  });
}

/** Ends both halves of a stream that is being destroyed. */
export function abandon(send?: SendHalf, receive?: ReceiveHalf, error?: Error | null): void {
  send?.reset(0);
  send?.fail(error ?? new QuicError('the stream was destroyed'));
  if (receive?.finished === false) receive.stop(0);
}

/** The options, checked, with the default limit. */
export function checkReadOptions(options: ReadOptions): {
  limit: number;
  signal: AbortSignal | undefined;
} {
  return {
    limit: integer('limit', options.limit, DEFAULTS.readLimit, [0, Number.MAX_SAFE_INTEGER]),
    signal: abortSignal('signal', options.signal),
  };
}

/**
 * The end of `await using`: a stream that was ended is waited for, until its bytes are with the kernel;
 * any other is destroyed, which is RESET_STREAM, STOP_SENDING or both. Nothing more is read.
 */
export async function dispose(
  stream: (Writable | Readable) & { writableEnded?: boolean; stopSending?(code?: number): void },
): Promise<void> {
  if (stream.destroyed) return;
  if (stream.writableEnded !== true) {
    const closed = once(stream, 'close');
    stream.destroy();
    await closed;
    return;
  }
  stream.stopSending?.();
  await finished(stream, { readable: false });
}

/** Everything up to FIN. More than `limit` bytes: the peer is asked to stop. */
export async function readAll(
  stream: Readable & { stopSending(code?: number): void },
  options: ReadOptions,
): Promise<Buffer> {
  const { limit, signal } = checkReadOptions(options);
  throwIfAborted(signal);
  const done = whenAborted(signal, (error) => {
    stream.destroy(error);
  });
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length <= limit) continue;
      stream.stopSending();
      throw new QuicError(`the stream has more than ${limit} bytes`, {
        code: 'ERR_QUIC_STREAM_TOO_LARGE',
      });
    }
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  } finally {
    done();
  }
}

/** Small pieces together, in order: each needs one system call. */
export function merge(chunks: readonly Buffer[], size: number): Buffer[] {
  const merged: Buffer[] = [];
  let group: Buffer[] = [];
  let length = 0;
  for (const chunk of chunks) {
    if (length + chunk.length > size && length > 0) {
      merged.push(Buffer.concat(group));
      group = [];
      length = 0;
    }
    group.push(chunk);
    length += chunk.length;
  }
  merged.push(Buffer.concat(group));
  return merged;
}

/** The arguments of Writable.end(), with the last chunk as a Buffer. */
export function endArguments(args: readonly unknown[]): {
  last: Buffer | undefined;
  done: ((error?: Error | null) => void) | undefined;
} {
  const [chunk, encoding] = args;
  const done = args.find((arg): arg is (error?: Error | null) => void => typeof arg === 'function');
  if (chunk === undefined || chunk === null || typeof chunk === 'function') {
    return { last: undefined, done };
  }
  const last =
    typeof chunk === 'string' && typeof encoding === 'string'
      ? Buffer.from(chunk, encoding as BufferEncoding)
      : toBuffer('chunk', chunk);
  return { last, done };
}
