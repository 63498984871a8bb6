// SPDX-License-Identifier: MIT
//
// Fetches and stores files over QUIC, all at once, a stream each:
//
//   node dist/examples/file-client.js HOST:PORT --ca FILE --out DIR [--alpn NAME]
//        [--get NAME]... [--put FILE]...
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { connect, type QuicConnection } from 'kquic';
import { DEMO, facts, receiveFile, report, sendFile, type Transferred } from './transfer.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ca: { type: 'string' },
    out: { type: 'string', default: '.' },
    alpn: { type: 'string', default: DEMO },
    servername: { type: 'string', default: 'localhost' },
    get: { type: 'string', multiple: true, default: [] },
    put: { type: 'string', multiple: true, default: [] },
  },
});
const { ca = '', out } = values;

async function get(connection: QuicConnection, name: string): Promise<void> {
  const stream = await connection.createBidirectionalStream();
  stream.end(`GET /${name}\r\n`);
  report('got', await receiveFile(stream, name, path.join(out, path.basename(name))));
}

async function put(connection: QuicConnection, file: string): Promise<void> {
  const name = path.basename(file);
  const stream = await connection.createBidirectionalStream();
  stream.write(`PUT /${name}\r\n`);
  const sent = await sendFile(stream, name, file);
  const peer = await stream.json<Transferred>();
  report('put', { ...sent, peerBytes: peer.bytes, peerSha256: peer.sha256 });
}

async function main(): Promise<void> {
  const connection = await connect(positionals[0] ?? '', {
    alpn: values.alpn,
    ca: readFileSync(ca),
    servername: values.servername,
  });
  await Promise.all([
    ...values.get.map((name) => get(connection, name)),
    ...values.put.map((file) => put(connection, file)),
  ]);
  report('connection', facts(connection));
  await connection.close();
}

main().catch((error: unknown) => {
  report('failed', String(error));
  process.exit(1);
});
