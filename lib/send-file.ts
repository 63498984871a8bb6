// SPDX-License-Identifier: MIT
//
// A file as a part of what a stream sends. The kernel moves the bytes, through a socket that the stream
// lends its sending part to (docs/peeloff.md, PO.5): none of them passes through JavaScript. Where the
// kernel cannot do that, or not with this file, they are read and written here.
import { Buffer } from 'node:buffer';
import * as fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EAGAIN, EBADF, EINVAL, ENOSYS, EPIPE } from './errno.js';
import { systemError } from './errors.js';
import type { SendHalf } from './send-half.js';
import type { Descriptor } from './socket/descriptor.js';
import { call } from './rethrow.js';
import { cannotSendNow, passing } from './shortage.js';
import { native } from './native.js';
import type { SendOptions } from './stream-common.js';
import { integer, typeError, valueError } from './validate.js';

/** A path, or an open file, which stays open. */
export type FileSource = string | URL | FileHandle;

export interface SendFileOptions extends SendOptions {
  /** Where in the file to begin, in bytes; default 0. */
  offset?: number;
  /** At most so many bytes; default: to the end of the file. */
  length?: number;
}

/** What one read() takes where the kernel does not do the work. */
const PIECE = 256 * 1024;

/** What says that the connection is over, which the connection itself tells the stream. */
const CONNECTION_ERRORS = ['ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT', 'EPROTO'];

// Not those of node:fs/promises, whose open() loses the descriptor when its thread is terminated meanwhile.
const open = promisify(fs.open);
const close = promisify(fs.close);
const read = promisify(fs.read);
const fstat = promisify(fs.fstat);

/** A FileHandle is one: -1 when it was closed. */
interface File {
  readonly fd: number;
}

function descriptor({ fd }: File): number {
  if (fd < 0) throw systemError('read', -EBADF);
  return fd;
}

type Callback = (error?: Error | null) => void;

function isFileHandle(source: unknown): source is FileHandle {
  return typeof source === 'object' && source !== null && 'fd' in source && 'stat' in source;
}

function file(source: unknown): string | FileHandle {
  if (source instanceof URL) return fileURLToPath(source);
  if (typeof source === 'string' || isFileHandle(source)) return source;
  throw typeError('source', 'a path, a file: URL or a FileHandle', source);
}

/** One call of sendFile(), from its place in the queue of writes to its end. */
export class FileJob {
  /** Bytes that the stream has accepted. */
  sent = 0;
  /** Why there are not more of them, if it was for the file's sake. */
  error: Error | undefined;

  readonly #source: string | FileHandle;
  #offset: number;
  #left: number;
  #socket: Descriptor | undefined;
  #over = false;
  #ended: Callback = () => undefined;
  #vacate: () => void = () => undefined;

  /** Throws for what can be known to be wrong before anything is sent. */
  constructor(source: FileSource, options: SendFileOptions) {
    const range = [0, Number.MAX_SAFE_INTEGER] as const;
    this.#source = file(source);
    this.#offset = integer('offset', options.offset, 0, range);
    this.#left = integer('length', options.length, Number.MAX_SAFE_INTEGER, range);
  }

  /** `done` is called once, with the error that destroys the stream if there is one. */
  run(half: SendHalf, done: Callback): void {
    this.#ended = (error) => {
      if (this.#over) return;
      this.#over = true;
      this.#socket?.close();
      call(() => {
        done(error);
      });
    };
    this.#vacate = half.park(this.#ended);
    void this.#send(half)
      .catch((error: unknown) => {
        if (!this.#over) this.error = error as Error;
        return true;
      })
      .then((goesOn) => {
        this.#socket?.close();
        // Otherwise the stream is about to be destroyed, and that calls #ended.
        if (!goesOn) return;
        this.#vacate();
        this.#ended();
      });
  }

  /** False if the stream takes nothing any more. Rejects for the file's sake. */
  async #send(half: SendHalf): Promise<boolean> {
    const source = this.#source;
    const opened: File = typeof source === 'string' ? { fd: await open(source, 'r') } : source;
    try {
      const stat = await fstat(descriptor(opened));
      if (!stat.isFile()) {
        throw valueError('source', 'it is no regular file; use stream.pipeline()', source);
      }
      this.#left = Math.min(this.#left, Math.max(0, stat.size - this.#offset));
      this.#socket = this.#over ? undefined : half.lend();
      if (this.#socket === undefined) return await this.#copy(opened, half);
      return await this.#kernel(this.#socket, opened, half);
    } finally {
      if (typeof source === 'string') await close(opened.fd);
    }
  }

  #advance(bytes: number): void {
    this.sent += bytes;
    this.#offset += bytes;
    this.#left -= bytes;
  }

  async #kernel(socket: Descriptor, opened: File, half: SendHalf): Promise<boolean> {
    while (this.#left > 0) {
      if (this.#over) return false;
      const result = await native().sendfileAsync(socket.fd, opened.fd, this.#offset, this.#left);
      if (result === 0) return true; // The file has become shorter.
      if (result > 0) {
        this.#advance(result);
      } else if (result === -EAGAIN) {
        await socket.writable();
      } else if (cannotSendNow(result)) {
        await passing();
      } else if ((result === -EINVAL || result === -ENOSYS) && this.sent === 0) {
        return this.#copy(opened, half); // Not every file system has it.
      } else if (result === -EPIPE) {
        half.refused();
        return false;
      } else {
        const error = systemError('sendfile', result);
        if (CONNECTION_ERRORS.includes(error.code)) return false;
        throw error;
      }
    }
    return true;
  }

  async #copy(opened: File, half: SendHalf): Promise<boolean> {
    while (this.#left > 0) {
      const buffer = Buffer.allocUnsafe(Math.min(PIECE, this.#left));
      const fd = descriptor(opened);
      const { bytesRead } = await read(fd, buffer, 0, buffer.length, this.#offset);
      if (bytesRead === 0) return true;
      if (this.#over) return false;
      const error = await new Promise<Error | null | undefined>((resolve) => {
        half.write(buffer.subarray(0, bytesRead), false, resolve);
      });
      if (error) {
        this.#ended(error);
        return false;
      }
      this.#vacate = half.park(this.#ended);
      this.#advance(bytesRead);
    }
    return true;
  }
}
