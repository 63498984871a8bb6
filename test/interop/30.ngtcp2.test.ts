// SPDX-License-Identifier: MIT
import * as fs from 'node:fs';
import * as path from 'node:path';
import { connect, listen, type QuicServer } from '../../lib/index.js';
import { pattern, serverOptions } from '../node/support/pair.js';
import { authority, identity } from '../node/support/certs.js';
import { answer, begin, get } from './support/h3.js';
import { Peer, bound, folder, freePort } from './support/peer.js';

const CONTENT = pattern(1_500_000);
const LOSS = ['-t', '0.02', '-r', '0.02'];

function only(cipher: string): string[] {
  return [`--ciphers=NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+${cipher}`];
}

let directory: string;

beforeEach(() => {
  directory = folder();
});

afterEach(() => {
  fs.rmSync(directory, { recursive: true });
});

describe('a server of ours, gtlsclient', () => {
  let server: QuicServer;

  beforeEach(async () => {
    server = await listen(serverOptions({ alpn: 'h3' }), (connection) => {
      connection.on('stream', (stream) => {
        if (stream.direction === 'bidi') answer(stream, CONTENT);
      });
      void begin(connection);
    });
  });

  afterEach(() => server.close({ timeout: 0 }));

  test.each([
    ['it fetches a file', []],
    ['over a path that loses packets', LOSS],
    ['with key updates on the way', ['--key-update=20ms']],
    ['with AES-256-GCM', only('AES-256-GCM')],
    ['with AES-128-CCM', only('AES-128-CCM')],
    ['with ChaCha20-Poly1305', only('CHACHA20-POLY1305')],
  ])('%s', async (_name, args) => {
    const peer = new Peer('gtlsclient', [
      ...['--quiet', '--exit-on-all-streams-close', '--download', directory, ...args],
      ...['127.0.0.1', String(server.address().port), 'https://localhost/file'],
    ]);
    expect(await peer.status()).toBe(0);
    expect(fs.readFileSync(path.join(directory, 'file')).equals(CONTENT)).toBe(true);
  });
});

describe('gtlsserver, a client of ours', () => {
  test.each([
    ['we fetch a file', []],
    ['over a path that loses packets', LOSS],
  ])('%s', async (_name, args) => {
    const { cert, key } = identity('server');
    fs.writeFileSync(path.join(directory, 'cert'), cert);
    fs.writeFileSync(path.join(directory, 'key'), key);
    fs.writeFileSync(path.join(directory, 'file'), CONTENT);
    const port = await freePort();
    const peer = new Peer('gtlsserver', [
      ...['--quiet', '--htdocs', directory, ...args, '127.0.0.1', String(port)],
      ...[path.join(directory, 'key'), path.join(directory, 'cert')],
    ]);
    try {
      await bound(port);
      const connection = await connect(`127.0.0.1:${port}`, {
        alpn: 'h3',
        servername: 'localhost',
        ca: authority('ca'),
      });
      await begin(connection);
      expect((await get(connection, 'localhost', '/file')).equals(CONTENT)).toBe(true);
      await connection.close();
    } finally {
      peer.kill();
    }
  });
});
