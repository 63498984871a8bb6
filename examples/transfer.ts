// SPDX-License-Identifier: MIT
//
// What the file server and its client share. The protocol is HTTP/0.9 with one addition: the first
// line of a stream is "GET /name" or "PUT /name". GET is answered with the file's bytes; after PUT
// come the bytes, and the answer is a Transferred as JSON. FIN ends everything.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { QuicConnection, QuicStream } from 'kquic';

/** HTTP/0.9 over QUIC, which other implementations speak: only GET. */
export const HQ = 'hq-interop';
export const DEMO = 'kquic-demo';

export interface Transferred {
  name: string;
  bytes: number;
  sha256: string;
  seconds: number;
}

const MAX_LINE = 1024;
const FILE_CHUNK = 256 * 1024;

/** Counts and hashes what passes through. */
class Meter {
  readonly #hash = createHash('sha256');
  readonly #start = process.hrtime.bigint();
  #bytes = 0;

  readonly tap = async function* (this: Meter, source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      this.#hash.update(chunk);
      this.#bytes += chunk.length;
      yield chunk;
    }
  }.bind(this);

  result(name: string): Transferred {
    const seconds = Number(process.hrtime.bigint() - this.#start) / 1e9;
    return { name, bytes: this.#bytes, sha256: this.#hash.digest('hex'), seconds };
  }
}

/** Takes the first line off a stream; what came with it is put back. */
export async function readLine(stream: QuicStream): Promise<string> {
  let head = Buffer.alloc(0);
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    head = Buffer.concat([head, chunk as Buffer]);
    const end = head.indexOf('\n');
    if (end >= 0) {
      const rest = head.subarray(end + 1);
      if (rest.length > 0) stream.unshift(rest);
      return head.toString('utf8', 0, end).trim();
    }
    if (head.length > MAX_LINE) break;
  }
  // OpenSSL's s_client and others may end a request with FIN alone.
  if (head.length <= MAX_LINE) return head.toString().trim();
  throw new Error('the request line is too long');
}

export async function sendFile(
  stream: QuicStream,
  name: string,
  file: string,
): Promise<Transferred> {
  const meter = new Meter();
  await pipeline(createReadStream(file, { highWaterMark: FILE_CHUNK }), meter.tap, stream);
  return meter.result(name);
}

export async function receiveFile(
  stream: QuicStream,
  name: string,
  file: string,
): Promise<Transferred> {
  const meter = new Meter();
  await pipeline(stream, meter.tap, createWriteStream(file));
  return meter.result(name);
}

export function facts(connection: QuicConnection): Record<string, unknown> {
  const { alpn, cipher } = connection;
  const { rtt, packetsSent, packetsReceived, packetsLost, packetsRetransmitted } =
    connection.stats();
  return { alpn, cipher, rtt, packetsSent, packetsReceived, packetsLost, packetsRetransmitted };
}

/** One line of JSON: for people to read and for demo.ts to check. */
export function report(kind: string, value: unknown): void {
  process.stdout.write(`${JSON.stringify({ [kind]: value })}\n`);
}
