// SPDX-License-Identifier: MIT
import type { Readable, Writable } from 'node:stream';

/** A kilobyte: each request, and each answer. */
export const MESSAGE = Buffer.alloc(1024, 1);

/** What every end may receive ahead of its reader, where that can be chosen: kquic's own defaults. */
export const STREAM_WINDOW = 1_048_560;
export const CONNECTION_WINDOW = 2_097_120;

/** A connection whose other end is in this process, too. */
export interface Link {
  /** {@link MESSAGE} there, {@link MESSAGE} back. Many may be under way. */
  request(): Promise<void>;
  /** One direction, for as long as the link lives. */
  bulk(): Promise<{ from: Writable; to: Readable }>;
  close(): Promise<void>;
}

/** A server on loopback, and clients of it. */
export interface Transport {
  readonly name: string;
  connect(): Promise<Link>;
  /** Until nothing goes on any more for links that are closed, if that takes longer than their close(). */
  settled?(): Promise<void>;
}

export interface Identity {
  key: Buffer;
  cert: Buffer;
}
