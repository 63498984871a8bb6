// SPDX-License-Identifier: MIT
//
// A file server over QUIC:
//
//   node dist/examples/file-server.js --cert FILE --key FILE --root DIR --store DIR [--port N]
//
// Files are read below the root and stored in the other folder. It ends with its standard input.
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { listen, type QuicConnection, type QuicStream } from 'kquic';
import { DEMO, HQ, facts, readLine, receiveFile, report, sendFile } from './transfer.js';

const { values } = parseArgs({
  options: {
    cert: { type: 'string' },
    key: { type: 'string' },
    root: { type: 'string', default: '.' },
    store: { type: 'string', default: '.' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '4433' },
  },
});
const { cert = '', key = '', root, store } = values;

/** A path below `folder`, whatever dots the name has. */
function below(folder: string, name: string): string {
  return path.join(folder, path.normalize(`/${name}`));
}

async function answer(stream: QuicStream): Promise<void> {
  const [method, name = ''] = (await readLine(stream)).split(' ');
  if (method === 'GET') {
    report('sent', await sendFile(stream, name, below(root, name)));
  } else if (method === 'PUT' && stream.connection.alpn === DEMO) {
    const stored = await receiveFile(stream, name, below(store, path.basename(name)));
    await stream.send(JSON.stringify(stored), { fin: true });
    report('stored', stored);
  } else {
    stream.reset(1);
    stream.stopSending(1);
  }
}

async function serve(connection: QuicConnection): Promise<void> {
  connection.on('stream', (stream) => {
    if (stream.direction === 'uni') {
      stream.stopSending();
      return;
    }
    answer(stream).catch((error: unknown) => {
      report('failed', String(error));
      stream.destroy();
    });
  });
  const { by, code, reason } = await connection.closed;
  report('connection', { ...facts(connection), by, code, reason });
}

async function main(): Promise<void> {
  const server = await listen(
    {
      host: values.host,
      port: Number(values.port),
      alpn: [DEMO, HQ],
      cert: readFileSync(cert),
      key: readFileSync(key),
    },
    serve,
  );
  server.on('handshakeError', (error) => {
    report('refused', error.message);
  });
  report('listening', server.address().port);
  process.stdin.resume().on('end', () => void server.close({ timeout: 1000 }));
}

void main();
