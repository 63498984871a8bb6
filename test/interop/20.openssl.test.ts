// SPDX-License-Identifier: MIT
import * as fs from 'node:fs';
import * as path from 'node:path';
import { listen, type QuicStream } from '../../lib/index.js';
import { serverOptions } from '../node/support/pair.js';
import { authority } from '../node/support/certs.js';
import { Peer, folder } from './support/peer.js';

async function greet(stream: QuicStream): Promise<void> {
  try {
    for await (const chunk of stream) stream.write(`you said: ${String(chunk)}`);
  } catch {
    // The test ends by killing the client.
  }
}

test("a server of ours answers OpenSSL's s_client", async () => {
  const directory = folder();
  const ca = path.join(directory, 'ca.crt');
  fs.writeFileSync(ca, authority('ca'));
  const server = await listen(serverOptions({ alpn: 'greeting' }), (connection) => {
    connection.on('stream', (stream) => {
      if (stream.direction === 'bidi') void greet(stream);
    });
  });
  const peer = new Peer('openssl', [
    ...['s_client', '-quic', '-alpn', 'greeting', '-connect', `127.0.0.1:${server.address().port}`],
    ...['-CAfile', ca, '-verify_return_error', '-servername', 'localhost'],
  ]);
  const greeted = new Promise<string>((resolve) => {
    let heard = '';
    peer.process.stdout?.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      if (heard.includes('you said: ')) resolve(heard);
    });
  });
  peer.process.stdin?.write('good morning\n');
  const heard = await greeted;
  peer.kill();
  await server.close({ timeout: 0 });
  fs.rmSync(directory, { recursive: true });

  expect(heard).toContain('you said: good morning');
  expect(heard).toContain('Verify return code: 0 (ok)');
  expect(heard).toContain('ALPN protocol: greeting');
});
