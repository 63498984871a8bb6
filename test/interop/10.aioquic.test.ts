// SPDX-License-Identifier: MIT
import * as fs from 'node:fs';
import * as path from 'node:path';
import { connect, listen, type QuicServer, type QuicStream } from '../../lib/index.js';
import { failure, handshakeError, pattern, serverOptions } from '../node/support/pair.js';
import { authority, identity } from '../node/support/certs.js';
import { Peer, bound, folder, freePort, program } from './support/peer.js';

const HQ = 'hq-interop';
const FILES = new Map([
  ['empty', Buffer.alloc(0)],
  ['short', Buffer.from('a line\n')],
  ['long', pattern(1_500_000)],
]);

function file(directory: string, name: string, content: string): string {
  const full = path.join(directory, name);
  fs.writeFileSync(full, content);
  return full;
}

describe('a server of ours, aioquic as the client', () => {
  let server: QuicServer;
  let directory: string;

  async function answer(stream: QuicStream): Promise<void> {
    const [, name = ''] = (await stream.text()).trim().split(' ');
    stream.end(FILES.get(name.slice(1)));
  }

  function client(ca: string, ...names: string[]): Peer {
    const port = String(server.address().port);
    return new Peer('python', [
      ...[program('aioquic/client.py'), '127.0.0.1', port, '--out', directory],
      ...['--ca', file(directory, 'ca.crt', ca), ...names],
    ]);
  }

  beforeEach(async () => {
    directory = folder();
    server = await listen(serverOptions({ alpn: HQ }), (connection) => {
      connection.on('stream', (stream) => void answer(stream as QuicStream));
    });
  });

  afterEach(async () => {
    await server.close({ timeout: 0 });
    fs.rmSync(directory, { recursive: true });
  });

  test('it fetches files at once, a stream each', async () => {
    expect(await client(authority('ca'), '/short', '/long', '/empty').status()).toBe(0);
    for (const [name, content] of FILES) {
      expect(fs.readFileSync(path.join(directory, name)).equals(content)).toBe(true);
    }
  });

  test('it refuses a certificate it cannot trust, and our server learns why', async () => {
    const refused = handshakeError(server);
    const peer = client(authority('stranger'), '/short');
    expect(await peer.status()).not.toBe(0);
    expect(await refused).toMatchObject({ code: 'ERR_QUIC_TRANSPORT_ERROR' });
  });
});

describe('aioquic as the server, a client of ours', () => {
  let peer: Peer;
  let port: number;
  let directory: string;

  beforeEach(async () => {
    directory = folder();
    for (const [name, content] of FILES) fs.writeFileSync(path.join(directory, name), content);
    port = await freePort();
    const { cert, key } = identity('server');
    peer = new Peer('python', [
      ...[program('aioquic/server.py'), String(port), '--root', directory],
      ...['--cert', file(directory, 'crt', cert), '--key', file(directory, 'key', key)],
    ]);
    await bound(port);
  });

  afterEach(() => {
    peer.kill();
    fs.rmSync(directory, { recursive: true });
  });

  function open(alpn: string): ReturnType<typeof connect> {
    const options = { alpn, servername: 'localhost', ca: authority('ca') };
    return connect(`127.0.0.1:${port}`, options);
  }

  test('we fetch files at once, a stream each', async () => {
    const connection = await open(HQ);
    expect(connection.alpn).toBe(HQ);
    await Promise.all(
      [...FILES].map(async ([name, content]) => {
        const limit = content.length;
        const body = await connection.request(`GET /${name}\r\n`, {
          limit,
        });
        expect(body.equals(content)).toBe(true);
      }),
    );
    expect(await connection.close()).toMatchObject({ by: 'local', code: 0 });
  });

  test('it knows no such protocol, and our client learns it', async () => {
    expect(await failure(open('something-else'))).toMatchObject({
      code: 'ERR_QUIC_TRANSPORT_ERROR',
    });
  });
});
