// SPDX-License-Identifier: MIT
//
// The descriptor is the connection: it can be moved to another thread or process.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import { once } from 'node:events';
import * as path from 'node:path';
import { Worker } from 'node:worker_threads';
import { QuicConnection, connect, listen } from '../../lib/index.js';
import { QuicSocket } from '../../lib/socket/index.js';
import { authority } from './support/certs.js';
import { ALPN, Pair, adoptOptions, clientOptions, failure, serverOptions } from './support/pair.js';

const HEIR = path.join(__dirname, 'support/heir.js');

function echo(connection: QuicConnection): void {
  connection.on('stream', (stream) => {
    if (stream.direction === 'bidi') stream.pipe(stream);
  });
}

/** A process with `fd` as its descriptor 3; what it prints before it ends well. */
function inherit(what: string, fd: number): Promise<string> {
  const child = spawn(process.execPath, [HEIR, what], { stdio: ['ignore', 'pipe', 'inherit', fd] });
  const output: Buffer[] = [];
  child.stdout?.on('data', (bytes: Buffer) => output.push(bytes));
  return once(child, 'close').then(([status]) => `${Buffer.concat(output).toString()}${status}`);
}

/** What a call throws. */
function thrown(call: () => unknown): Promise<Error & Record<string, unknown>> {
  return failure(Promise.resolve().then(call));
}

/** A connection that both ends have used and that is idle. */
async function used(): Promise<Pair> {
  const pair = await Pair.open();
  echo(pair.peer);
  const stream = await pair.client.createBidirectionalStream();
  const closed = once(stream, 'close');
  stream.end('before');
  expect(await stream.text()).toBe('before');
  await closed;
  return pair;
}

describe('a connection', () => {
  test('goes on in another thread', async () => {
    const pair = await used();
    const fd = pair.client.detach();
    const worker = new Worker(HEIR, { workerData: { what: 'ask', fd } });
    const [answer] = (await once(worker, 'message')) as [string];
    expect(answer).toBe('asked by the heir');
    expect(await pair.peer.closed).toMatchObject({ by: 'peer', code: 0 });
    await pair.close();
  });

  test('goes on in another process', async () => {
    const pair = await Pair.open();
    const fd = pair.peer.detach();
    const child = inherit('echo', fd);
    fs.closeSync(fd);
    for (const text of ['one', 'two']) {
      expect((await pair.client.request(text)).toString()).toBe(text);
    }
    await pair.client.close();
    expect(await child).toBe('over\n0');
    await pair.close();
  });

  test('that is given away as it comes loses nothing', async () => {
    const adopted: QuicConnection[] = [];
    const server = await listen(serverOptions(), (connection) => {
      const heir = QuicConnection.fromFd(connection.detach());
      echo(heir);
      adopted.push(heir);
    });
    const client = await connect(clientOptions(server));
    expect((await client.request('early')).toString()).toBe('early');
    await client.close();
    await adopted[0]?.closed;
    await server.close();
  });

  test('has the facts that the kernel knows', async () => {
    const pair = await Pair.open();
    const heirs: QuicConnection[] = [];
    for (const end of [pair.client, pair.peer]) {
      const { role, local, remote, alpn, cipher } = end;
      const heir = QuicConnection.fromFd(end.detach());
      expect(heir).toMatchObject({ role, local, remote, alpn, cipher });
      expect(heir).toMatchObject({ authorized: false, servername: undefined });
      expect(heir.peerCertificate).toBeUndefined();
      heirs.push(heir);
    }
    for (const heir of heirs) heir.destroy();
    await pair.close();
  });

  test.each(['a,b', ' a', '100%', 'ä'])('keeps its protocol, %p (S6.51)', async (alpn) => {
    const pair = await Pair.open({ alpn }, { alpn });
    const ends = [pair.client, pair.peer];
    const heirs = ends.map((end) => QuicConnection.fromFd(end.detach()));
    expect(heirs.map((heir) => heir.alpn)).toEqual([alpn, alpn]);
    for (const heir of heirs) heir.destroy();
    await pair.close();
  });

  test("has no protocol that is only its listener's list", async () => {
    const pair = await Pair.open();
    const socket = QuicSocket.adopt(pair.client.detach());
    socket.setAlpn(['one', 'two']);
    const heir = QuicConnection.fromFd(socket.detach());
    expect(heir.alpn).toBe('');
    heir.destroy();
    await pair.close();
  });

  test('is over for whoever gave it away', async () => {
    const pair = await Pair.open();
    const fd = pair.client.detach();
    const expected = {
      code: 'ERR_QUIC_CLOSED',
      message: expect.stringContaining('detach()') as string,
    };
    expect(await pair.client.closed).toMatchObject({ by: 'local', error: expected });
    expect(await failure(pair.client.request('x'))).toMatchObject(expected);
    expect(await thrown(() => pair.client.detach())).toMatchObject(expected);
    pair.client.destroy();
    // The connection itself is not.
    const heir = QuicConnection.fromFd(fd);
    echo(pair.peer);
    expect((await heir.request('still here')).toString()).toBe('still here');
    heir.destroy();
    await pair.close();
  });

  test('that was given away keeps no server from closing', async () => {
    const pair = await Pair.open();
    const fd = pair.peer.detach();
    await pair.server.close();
    fs.closeSync(fd);
    await pair.close();
  });

  test('with open streams is not given away', async () => {
    const pair = await Pair.open();
    const { near, far } = await pair.bidi('x');
    for (const end of [pair.client, pair.peer]) {
      const error = await thrown(() => end.detach());
      expect(error).toMatchObject({ code: 'ERR_INVALID_STATE' });
      expect(error.message).toContain('open streams');
    }
    // Nothing has changed.
    near.end();
    expect(await far.text()).toBe('x');
    await pair.close();
  });

  test('is destroyed by an aborted signal, as one that was adopted', async () => {
    const pair = await Pair.open();
    const abort = new AbortController();
    const heir = QuicConnection.fromFd(pair.client.detach(), { signal: abort.signal });
    const reason = new Error('enough');
    abort.abort(reason);
    const cause = { name: 'AbortError', code: 'ABORT_ERR', cause: reason };
    expect(await heir.closed).toMatchObject({ by: 'local', error: { cause } });
    const again = (): unknown => QuicConnection.fromFd(0, { signal: abort.signal });
    expect(await thrown(again)).toMatchObject(cause);
    await pair.close();
  });
});

describe('a listener', () => {
  function listener(): number {
    const socket = QuicSocket.open(4);
    socket.bind('127.0.0.1', 0);
    socket.listen(8);
    return socket.detach();
  }

  test('from elsewhere is served', async () => {
    const server = await listen(adoptOptions(listener()), echo);
    expect(server.address()).toMatchObject({ address: '127.0.0.1', family: 'IPv4' });
    const client = await connect(clientOptions(server));
    expect((await client.request('x')).toString()).toBe('x');
    await client.close();
    await server.close();
  });

  test('can be inherited by another process', async () => {
    const fd = listener();
    const child = inherit('listen', fd);
    const socket = QuicSocket.adopt(fd);
    const { address, port } = socket.localAddress();
    socket.close();
    const client = await connect({
      host: address,
      port,
      servername: 'localhost',
      alpn: ALPN,
      ca: authority('ca'),
      // The child has to start first.
      handshakeTimeout: 120_000,
    });
    expect((await client.request('to the child')).toString()).toBe('to the child');
    await client.close();
    expect(await child).toBe('served\n0');
  });

  test.each(['host', 'port', 'backlog', 'reusePort'])('excludes the option %s', async (name) => {
    const fd = listener();
    const value = { host: '::', port: 0, backlog: 1, reusePort: true }[name];
    const error = await failure(listen({ ...adoptOptions(fd), [name]: value }));
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(error.message).toContain(`"${name}"`);
    fs.closeSync(fd);
  });

  test('in use is refused', async () => {
    const server = await listen(serverOptions());
    const error = await failure(listen(adoptOptions(server.fd)));
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(error.message).toContain('"fd" option is invalid: this thread has it in use');
    await server.close();
  });
});

describe('what is none is refused, and stays open', () => {
  type Other = [fd: number, close: () => void];

  function other(fd: number): Promise<Other> {
    return Promise.resolve([
      fd,
      () => {
        fs.closeSync(fd);
      },
    ]);
  }

  const OTHERS: [what: string, open: () => Promise<Other>, why: string][] = [
    ['a file', () => other(fs.openSync(__filename, 'r')), 'no socket'],
    ['a TCP socket', tcp, 'not an IPPROTO_QUIC socket'],
    ['a new QUIC socket', () => other(QuicSocket.open(4).detach()), 'not connected'],
    ['a connection in its handshake', handshaking, 'handshake is not complete'],
  ];

  async function tcp(): Promise<Other> {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
    return [fd, () => server.close()];
  }

  async function handshaking(): Promise<Other> {
    const server = await listen(serverOptions());
    const socket = QuicSocket.open(4);
    socket.connect('127.0.0.1', server.address().port);
    await server.close();
    return other(socket.detach());
  }

  test.each(OTHERS)('%s', async (_what, open, why) => {
    const [fd, close] = await open();
    const errors = [await thrown(() => QuicConnection.fromFd(fd))];
    errors.push(await failure(listen(adoptOptions(fd))));
    for (const error of errors) {
      expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' });
      expect(error.message).toContain('"fd"');
    }
    expect(errors[0]?.message).toContain(why);
    close();
  });

  test('a listener is no connection', async () => {
    const socket = QuicSocket.open(4);
    socket.listen(1);
    const fd = socket.detach();
    const error = await thrown(() => QuicConnection.fromFd(fd));
    expect(error.message).toContain('it is a listening socket');
    fs.closeSync(fd);
  });

  test.each([
    [undefined, 'ERR_INVALID_ARG_TYPE', 'a number'],
    ['3', 'ERR_INVALID_ARG_TYPE', 'a number'],
    [-1, 'ERR_OUT_OF_RANGE', '0 to'],
    [1_000_000, 'ERR_INVALID_ARG_VALUE', 'not open'],
  ])('%p', async (fd, code, why) => {
    const error = await thrown(() => QuicConnection.fromFd(fd as never));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(why);
  });
});
