// SPDX-License-Identifier: MIT
import * as fs from 'node:fs';
import * as path from 'node:path';
import { connect, listen, type ConnectOptions, type ListenOptions } from '../../lib/index.js';
import { pattern, serverOptions } from '../node/support/pair.js';
import { authority, identity } from '../node/support/certs.js';
import { answer, begin, get } from './support/h3.js';
import { Peer, bound, folder, freePort } from './support/peer.js';

const CONTENT = pattern(1_500_000);
/** The request follows when the port has changed: nobody can know of a client that says nothing. */
const REBOUND = ['--change-local-addr=30ms', '--nat-rebinding', '--delay-stream=500ms'];
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

/** A server of ours that answers everything with CONTENT, and a run of gtlsclient against it. */
async function serve(args: string[], options: Partial<ListenOptions>): Promise<void> {
  const server = await listen(serverOptions({ alpn: 'h3', ...options }), (connection) => {
    connection.on('stream', (stream) => {
      if (stream.direction === 'bidi') answer(stream, CONTENT);
    });
    void begin(connection);
  });
  const peer = new Peer('gtlsclient', [
    ...['--quiet', '--exit-on-all-streams-close', '--download', directory, ...args],
    ...['127.0.0.1', String(server.address().port), 'https://localhost/file'],
  ]);
  expect(await peer.status()).toBe(0);
  await server.close({ timeout: 0 });
  expect(fs.readFileSync(path.join(directory, 'file')).equals(CONTENT)).toBe(true);
}

describe('a server of ours, gtlsclient', () => {
  test.each<[string, string[], Partial<ListenOptions>?]>([
    ['it fetches a file', []],
    ['over a path that loses packets', LOSS],
    ['with key updates on the way', ['--key-update=20ms']],
    ['with AES-256-GCM', only('AES-256-GCM')],
    ['with AES-128-CCM', only('AES-128-CCM')],
    ['with ChaCha20-Poly1305', only('CHACHA20-POLY1305')],
    ['that has to prove its address first', [], { validateAddress: true }],
    ['that has to prove its address and loses packets', LOSS, { validateAddress: true }],
    ['in version 2', ['--version=v2', '--available-versions=v2']],
    ['moved from version 1 to version 2', ['--available-versions=v1,v2'], { version: 2 }],
    ['that begins with an unknown version', ['--version=0x1a2a3a4a', '--preferred-versions=v1']],
    ['without a connection ID of its own', ['--scid=']],
    ['from another port behind a NAT', REBOUND],
    ['that moves to another port', ['--change-local-addr=30ms']],
  ])('%s', (_name, args, options = {}) => serve(args, options));

  test('a second connection brings the token of the first', async () => {
    const file = path.join(directory, 'token');
    await serve([`--token-file=${file}`], { validateAddress: true });
    expect(fs.readFileSync(file, 'utf8')).toContain('BEGIN');
    await serve([`--token-file=${file}`], { validateAddress: true });
  });
});

/** A file from gtlsserver. Returns the version it came in. */
async function fetchFrom(args: string[], options: Partial<ConnectOptions>): Promise<number> {
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
      ...{ alpn: 'h3', servername: 'localhost', ca: authority('ca') },
      ...options,
    });
    await begin(connection);
    expect((await get(connection, 'localhost', '/file')).equals(CONTENT)).toBe(true);
    const { version } = connection.stats();
    await connection.close();
    return version;
  } finally {
    peer.kill();
  }
}

describe('gtlsserver, a client of ours', () => {
  test.each<[string, string[], Partial<ConnectOptions>, number]>([
    ['we fetch a file', [], {}, 1],
    ['over a path that loses packets', LOSS, {}, 1],
    ['that wants our address proved', ['-V'], {}, 1],
    ['that wants our address proved and loses packets', ['-V', ...LOSS], {}, 1],
    ['in version 2', [], { version: 2 }, 2],
    ['that moves us from version 1 to version 2', ['--preferred-versions=v2'], {}, 2],
  ])('%s', async (_name, args, options, version) => {
    expect(await fetchFrom(args, options)).toBe(version);
  });

  test('we move to the address that it prefers', async () => {
    const port = await freePort();
    const version = await fetchFrom([`--preferred-ipv4-addr=127.0.0.1:${port}`], {});
    expect(version).toBe(1);
  });
});
