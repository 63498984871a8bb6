// SPDX-License-Identifier: MIT
//
// Streams as Web streams. Node's own conversion of a Duplex closes neither side before both are done,
// which would make a request wait for its answer and the answer for the request.
import type { Readable, Writable } from 'node:stream';
import { ReadableStream, WritableStream } from 'node:stream/web';
import type { Bytes } from './bytes.js';

type Receiver = Readable & { stopSending(code?: number): void };
type Sender = Writable & { send(data: Bytes): Promise<void>; reset(code?: number): void };

/** cancel() is STOP_SENDING. */
export function webReadable(stream: Receiver): ReadableStream<Uint8Array> {
  const chunks = stream.iterator({ destroyOnReturn: false });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = (await chunks.next()) as IteratorResult<Buffer, undefined>;
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        stream.stopSending();
      },
    },
    { highWaterMark: 0 },
  );
}

/** close() is FIN, abort() is RESET_STREAM. */
export function webWritable(stream: Sender): WritableStream<Uint8Array> {
  return new WritableStream<Uint8Array>({
    write: (chunk) => stream.send(chunk),
    close: () =>
      new Promise((resolve, reject) => {
        stream.end((error?: Error | null) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    abort() {
      stream.reset();
    },
  });
}
