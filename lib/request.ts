// SPDX-License-Identifier: MIT
//
// One request, one answer, on a stream of its own. The two are independent: an answer may be complete
// before the request is, and then a peer that stops reading has not refused anything (as in HTTP,
// RFC 9114, 4.1).
import type { Bytes } from './bytes.js';
import { QuicError } from './errors.js';
import type { QuicStream } from './quic-stream.js';
import type { ReadOptions } from './stream-common.js';
import { typeError } from './validate.js';

export type Body = Bytes | Iterable<Bytes> | AsyncIterable<Bytes>;

type Parts = Iterator<Bytes> | AsyncIterator<Bytes>;

function isBytes(body: unknown): body is Bytes {
  return typeof body === 'string' || ArrayBuffer.isView(body) || body instanceof ArrayBuffer;
}

/** Throws unless `body` can be one. */
export function checkBody(body: unknown): void {
  if (isBytes(body)) return;
  const iterable = typeof body === 'object' && body !== null;
  if (iterable && (Symbol.asyncIterator in body || Symbol.iterator in body)) return;
  throw typeError('body', 'bytes, or an iterable of them', body);
}

/** An async iterator that `return()` is told to, whatever it makes of it. */
function abandon(parts: Parts): void {
  Promise.resolve(parts.return?.()).catch(() => undefined);
}

class Exchange {
  readonly #answer: Promise<Buffer>;
  #over: Error | undefined;
  #giveUp: (error: Error) => void = () => undefined;

  constructor(
    private readonly stream: QuicStream,
    private readonly options: ReadOptions,
  ) {
    this.#answer = stream.bytes(options);
    // A body that waits for its source, or for credit, would not notice.
    this.#answer.catch((error: unknown) => {
      this.#end(error as Error);
    });
    stream.once('close', () => {
      this.#end(new QuicError('the stream ended before the request was complete'));
    });
  }

  #end(error: Error): void {
    this.#over ??= error;
    this.#giveUp(error);
  }

  async run(body: Body): Promise<Buffer> {
    try {
      await this.#send(body);
    } catch (error) {
      if (!(error instanceof QuicError)) throw error;
      const stopped = error.code === 'ERR_QUIC_STREAM_STOPPED';
      // The peer wants no more of the request. Its answer may be complete all the same.
      return await this.#answer.catch((why: unknown) => {
        throw stopped ? error : why;
      });
    }
    return this.#answer;
  }

  async #send(body: Body): Promise<void> {
    const { signal } = this.options;
    const options = signal === undefined ? {} : { signal };
    if (isBytes(body)) {
      return this.#orOver(() => this.stream.send(body, { ...options, fin: true }));
    }
    const parts: Parts =
      Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]();
    let complete = false;
    try {
      for (;;) {
        const part = await this.#orOver(() => parts.next());
        complete = part.done === true;
        if (part.done === true) break;
        const { value } = part;
        await this.#orOver(() => this.stream.send(value, options));
      }
    } finally {
      if (!complete) abandon(parts);
    }
    this.stream.end();
  }

  #orOver<T>(step: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#over !== undefined) throw this.#over;
      this.#giveUp = reject;
      Promise.resolve(step()).then(resolve, reject);
    });
  }
}

/** Sends `body` and FIN on `stream`, reads to the peer's FIN. On failure the stream is destroyed. */
export async function exchange(
  stream: QuicStream,
  body: Body,
  options: ReadOptions,
): Promise<Buffer> {
  try {
    return await new Exchange(stream, options).run(body);
  } catch (error) {
    stream.destroy();
    throw error;
  }
}
