// SPDX-License-Identifier: MIT
//
// The raw layer's descriptors: waiting, an event loop of one's own, giving away, taking over, files.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import { once } from 'node:events';
import { MsgFlag, QuicSocket, Readiness } from '../../lib/socket/index.js';
import { RawPair } from './support/raw-pair.js';
import { failure, pattern, thrown } from './support/pair.js';

const NEW = MsgFlag.STREAM_NEW;
const FIN = MsgFlag.STREAM_FIN;

let pair: RawPair;

beforeEach(async () => {
  pair = await RawPair.open((_, listener) => {
    listener.setTransportParam({ maxStreamsUni: 1, maxStreamDataUni: 4096 });
  });
});

afterEach(() => {
  pair.close();
});

/** Everything up to FIN. */
async function readAll(socket: QuicSocket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (;;) {
    const { data, stream } = await socket.waitReceive();
    chunks.push(data);
    if (((stream?.flags ?? 0) & FIN) !== 0) return Buffer.concat(chunks);
  }
}

test('S2.42 waitSend() waits for a stream’s credit, waitOpenStream() for a stream', async () => {
  const bytes = pattern(50_000);
  const id = await pair.client.waitOpenStream('uni');
  const sent = pair.client.waitSend(bytes, { stream: { id, flags: FIN } });
  const second = pair.client.waitOpenStream('uni');
  expect((await readAll(pair.server)).equals(bytes)).toBe(true);
  await sent;
  expect(await second).toBe(id + 4);
});

test('readers and writers wait at the same time, and an abort ends one of them only', async () => {
  const abort = new AbortController();
  const aborted = failure(pair.client.readable(abort.signal));
  const read = pair.client.waitReceive();
  await pair.client.writable();
  abort.abort(new Error('enough'));
  expect(await aborted).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
  await pair.server.waitSend('x', { stream: { id: 3, flags: NEW } });
  expect((await read).data.toString()).toBe('x');
});

test('whoever waits for a socket that is closed is told', async () => {
  const id = await pair.client.waitOpenStream('uni');
  const waits = [
    pair.client.readable(),
    pair.client.waitReceive(),
    pair.client.waitSend(Buffer.alloc(50_000), { stream: { id } }),
    pair.client.waitOpenStream('uni'),
  ].map(failure);
  const accepted = failure(pair.listener.waitAccept());
  pair.close();
  for (const error of await Promise.all([...waits, accepted])) {
    expect(error).toMatchObject({ code: 'ERR_QUIC_CLOSED', message: 'the socket was closed' });
  }
});

test('every call on a socket that is closed is EBADF, close() may be called again', async () => {
  const { client } = pair;
  client.close();
  client.close();
  expect(client.fd).toBe(-1);
  const calls: (() => unknown)[] = [
    () => client.send('x'),
    () => client.receive(),
    () => client.accept(),
    () => client.localAddress(),
    () => client.remoteAddress(),
    () => client.config(),
    () => client.openStream('bidi'),
    () => client.inQueue,
    () => client.duplicate(),
    () => client.sendFile(0, 1),
    () => client.getNumber('error'),
    () => {
      client.bind('127.0.0.1', 0);
    },
    () => {
      client.connect('127.0.0.1', 9);
    },
    () => {
      client.listen(1);
    },
    () => {
      client.shutdown(2);
    },
    () => {
      client.migrate('127.0.0.1', 9);
    },
  ];
  for (const call of calls) {
    expect(call).toThrow(expect.objectContaining({ code: 'EBADF' }) as Error);
  }
  expect(await failure(client.readable())).toMatchObject({ code: 'ERR_QUIC_CLOSED' });
  expect(() => client.detach()).toThrow('the socket is closed');
});

test('an event loop of one’s own', async () => {
  const { descriptor } = pair.server;
  const ready = new Promise<number>((resolve) => {
    descriptor.onReady = (status, events) => {
      descriptor.interest = 0;
      resolve(status < 0 ? status : events);
    };
  });
  descriptor.interest = Readiness.READABLE;
  await pair.client.waitSend('x', { stream: { id: 2, flags: NEW } });
  expect(await ready).toBe(Readiness.READABLE);
});

test('detach() gives the connection away, adopt() takes it over', async () => {
  const fd = pair.server.detach();
  expect(pair.server.fd).toBe(-1);
  const adopted = QuicSocket.adopt(fd);
  await pair.client.waitSend('still here', { stream: { id: 2, flags: NEW } });
  expect((await adopted.waitReceive()).data.toString()).toBe('still here');
  expect(() => QuicSocket.adopt(fd)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }) as Error,
  );
  adopted.close();
});

test('adopt() takes nothing but QUIC sockets', async () => {
  expect(() => QuicSocket.adopt(-1)).toThrow(
    expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }) as Error,
  );
  expect(() => QuicSocket.adopt(1000)).toThrow(
    expect.objectContaining({ code: 'EBADF', syscall: 'getsockopt' }) as Error,
  );
  const file = fs.openSync('/dev/null', 'r');
  expect(() => QuicSocket.adopt(file)).toThrow(
    expect.objectContaining({ code: 'ENOTSOCK', syscall: 'getsockopt' }) as Error,
  );
  fs.closeSync(file);
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
  expect(() => QuicSocket.adopt(fd)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }) as Error,
  );
  server.close();
  await once(server, 'close');
});

test('a duplicate keeps the connection open', async () => {
  const other = pair.client.duplicate();
  pair.client.close();
  await other.waitSend('x', { stream: { id: 2, flags: NEW } });
  expect((await pair.server.waitReceive()).data.toString()).toBe('x');
  other.close();
});

test('S2.49 sendFile() sends a file on the active stream', async () => {
  const path = `${process.env['KQUIC_TEST_CERTS'] ?? ''}/file`;
  const bytes = pattern(20_000);
  fs.writeFileSync(path, bytes);
  const file = fs.openSync(path, 'r');
  pair.client.openStream('bidi');
  const read = readAll(pair.server);
  for (let offset = 0; offset < bytes.length;) {
    const count = pair.client.sendFile(file, bytes.length - offset, offset);
    if (count === undefined) await pair.client.writable();
    else offset += count;
  }
  await pair.client.waitSend('', { flags: FIN });
  expect((await read).equals(bytes)).toBe(true);
  fs.closeSync(file);
});

test('S2.49 spliceFrom() and spliceTo() send from a pipe and receive into one', async () => {
  const path = `${process.env['KQUIC_TEST_CERTS'] ?? ''}/fifo`;
  execFileSync('mkfifo', [path]);
  const pipe = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  const id = pair.client.openStream('bidi') ?? -1;
  expect(pair.client.spliceFrom(pipe, 100)).toBeUndefined();
  fs.writeSync(pipe, 'through a pipe');
  expect(pair.client.spliceFrom(pipe, 7)).toBe(7);
  expect(pair.client.spliceFrom(pipe, 100)).toBe(7);
  expect(pair.client.spliceTo(pipe, 100)).toBeUndefined();
  await pair.client.waitSend('', { stream: { id, flags: FIN } });
  const received = Buffer.alloc(100);
  let count = 0;
  while (count < 14) {
    await pair.server.readable();
    if (pair.server.spliceTo(pipe, 100) === undefined) continue;
    count += fs.readSync(pipe, received, count, 100 - count, null);
  }
  expect(received.toString('utf8', 0, count)).toBe('through a pipe');
  fs.closeSync(pipe);
  expect(thrown(() => pair.client.spliceFrom(pipe, 1))).toMatchObject({
    code: 'EBADF',
    syscall: 'splice',
  });
});

test('peelOff() makes a stream a socket of its own', async () => {
  const id = pair.client.openStream('bidi') ?? -1;
  const stream = pair.client.peelOff(id);
  await stream.waitSend('on its own');
  expect((await pair.server.waitReceive()).data.toString()).toBe('on its own');
  await pair.server.waitSend('back', { stream: { id, flags: FIN } });
  const { data } = await stream.waitReceive();
  expect(data.toString()).toBe('back');
  expect(pair.client.receive()).toBeUndefined();
  expect(stream.streamStatus()).toMatchObject({ streamId: id });
  stream.close();
});

test('PO.5 peelOff() of the receiving part: this socket goes on sending, and its end is no FIN', async () => {
  const id = pair.client.openStream('bidi') ?? -1;
  pair.client.send('a question', { stream: { id, flags: 0 } });
  const reader = pair.client.peelOff(id, { readOnly: true });
  expect(thrown(() => reader.send('more'))).toMatchObject({ code: 'EPIPE' });
  await pair.server.waitReceive();
  await pair.server.waitSend('back', { stream: { id, flags: FIN } });
  expect((await reader.waitReceive()).data.toString()).toBe('back');
  reader.close();
  pair.client.send(', and the rest of it', { stream: { id, flags: FIN } });
  expect((await readAll(pair.server)).toString()).toBe(', and the rest of it');
  expect(() => pair.client.peelOff(id, { readOnly: true, writeOnly: true })).toThrow('EINVAL');
});
