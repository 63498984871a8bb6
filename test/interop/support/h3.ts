// SPDX-License-Identifier: MIT
//
// As much HTTP/3 (RFC 9114) as it takes to exchange one file with a foreign implementation.
import type { QuicConnection, QuicStream } from '../../../lib/index.js';

const DATA = 0x00;
const HEADERS = 0x01;
const SETTINGS = 0x04;
const CONTROL_STREAM = 0x00;

// QPACK (RFC 9204): a prefix without a dynamic table, then lines of the static table.
const PREFIX = [0, 0];
const METHOD_GET = 0xc0 | 17;
const SCHEME_HTTPS = 0xc0 | 23;
const STATUS_200 = 0xc0 | 25;
const AUTHORITY = 0x50 | 0;
const PATH = 0x50 | 1;

/** RFC 9000, 16; as long as what it counts is below 2^30. */
function varint(value: number): Buffer {
  if (value < 0x40) return Buffer.from([value]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((0x80000000 | value) >>> 0);
  return bytes;
}

function frame(type: number, payload: Buffer): Buffer {
  return Buffer.concat([varint(type), varint(payload.length), payload]);
}

function literal(name: number, value: string): Buffer {
  return Buffer.concat([Buffer.from([name, value.length]), Buffer.from(value)]);
}

/** Our control stream; the peer's own ones are read and mean nothing to us. */
export async function begin(connection: QuicConnection): Promise<void> {
  connection.on('stream', (stream) => {
    if (stream.direction === 'uni') stream.resume();
  });
  const control = await connection.createUnidirectionalStream();
  control.write(Buffer.concat([varint(CONTROL_STREAM), frame(SETTINGS, Buffer.alloc(0))]));
}

/** Whatever is asked for, this is the answer. */
export function answer(stream: QuicStream, body: Buffer): void {
  stream.resume();
  stream.write(frame(HEADERS, Buffer.from([...PREFIX, STATUS_200])));
  stream.end(frame(DATA, body));
}

function readVarint(bytes: Buffer, at: number): { value: number; next: number } {
  const first = bytes.readUInt8(at);
  const size = 1 << (first >> 6);
  let value = first & 0x3f;
  for (let i = 1; i < size; i++) value = value * 256 + bytes.readUInt8(at + i);
  return { value, next: at + size };
}

/** The body of the answer to GET. */
export async function get(connection: QuicConnection, host: string, name: string): Promise<Buffer> {
  const lines: Buffer[] = [Buffer.from([...PREFIX, METHOD_GET, SCHEME_HTTPS])];
  lines.push(literal(AUTHORITY, host), literal(PATH, name));
  const bytes = await connection.request(frame(HEADERS, Buffer.concat(lines)), {
    limit: 64 * 1024 * 1024,
  });
  const body: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const type = readVarint(bytes, at);
    const length = readVarint(bytes, type.next);
    at = length.next + length.value;
    if (type.value === DATA) body.push(bytes.subarray(length.next, at));
  }
  return Buffer.concat(body);
}
