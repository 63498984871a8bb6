// SPDX-License-Identifier: MIT
//
// The raw layer: system calls one by one.
import {
  EventType,
  MsgFlag,
  QuicSocket,
  SockOpt,
  StreamState,
  parseEvent,
} from '../../lib/socket/index.js';
import { RawPair } from './support/raw-pair.js';
import { failure } from './support/pair.js';

test('messages on streams, with their flags', async () => {
  const pair = await RawPair.open();
  expect(pair.client.send('ping', { stream: { id: 4, flags: MsgFlag.STREAM_NEW } })).toBe(4);
  const message = await pair.server.waitReceive();
  expect(message.data.toString()).toBe('ping');
  expect(message.stream).toEqual({ id: 4, flags: 0 });
  expect(message.handshake).toBeUndefined();
  pair.server.send('pong', { stream: { id: 4, flags: MsgFlag.STREAM_FIN } });
  const answer = await pair.client.waitReceive();
  expect(answer.stream).toEqual({ id: 4, flags: MsgFlag.STREAM_FIN });
  pair.close();
});

test('nothing to receive, nobody to accept', async () => {
  const pair = await RawPair.open();
  expect(pair.client.receive()).toBeUndefined();
  expect(pair.listener.accept()).toBeUndefined();
  pair.close();
});

test('events come as notifications', async () => {
  const pair = await RawPair.open();
  pair.server.setEvent(EventType.STREAM_UPDATE, true);
  expect(pair.server.event(EventType.STREAM_UPDATE)).toBe(true);
  pair.client.send('x', { stream: { id: 2, flags: MsgFlag.STREAM_NEW | MsgFlag.STREAM_FIN } });
  const message = await pair.server.waitReceive();
  expect(message.flags & MsgFlag.NOTIFICATION).not.toBe(0);
  expect(parseEvent(message.data)).toMatchObject({
    type: 'streamUpdate',
    update: { id: 2, state: StreamState.RECV_RECV },
  });
  pair.close();
});

test('openStream(), resetStream() and stopSending()', async () => {
  const pair = await RawPair.open();
  expect(pair.client.openStream('bidi')).toBe(0);
  expect(pair.client.openStream('uni')).toBe(2);
  pair.client.resetStream(2, 7);
  expect(() => {
    pair.client.stopSending(2, 7);
  }).toThrow('EINVAL');
  pair.close();
});

test('options are read as they were written', () => {
  const socket = QuicSocket.open(6);
  socket.setTransportParam({ maxData: 100_000, maxStreamsUni: 3 });
  expect(socket.transportParam()).toMatchObject({ maxData: 100_000, maxStreamsUni: 3 });
  socket.setConfig({ congestionControlAlgo: 1, streamDataNodelay: 1 });
  expect(socket.config()).toMatchObject({ congestionControlAlgo: 1, streamDataNodelay: 1 });
  socket.setAlpn(['one', 'two']);
  expect(socket.alpn()).toEqual(['one', 'two']);
  socket.setConnectionClose({ errcode: 9, phrase: 'nine' });
  expect(socket.connectionClose()).toEqual({ errcode: 9, frame: 0, phrase: 'nine' });
  socket.close();
});

test('system call errors are Node’s', () => {
  const socket = QuicSocket.open(4);
  expect(() => socket.remoteAddress()).toThrow(
    expect.objectContaining({ code: 'ENOTCONN', syscall: 'getpeername' }) as Error,
  );
  expect(() => {
    socket.setTransportParam({ maxData: 5 });
  }).toThrow(expect.objectContaining({ code: 'EINVAL', syscall: 'setsockopt' }) as Error);
  expect(() => socket.getOption(99)).toThrow('ENOPROTOOPT');
  expect(() => socket.getOption(SockOpt.STREAM_RESET)).toThrow('ENOPROTOOPT');
  expect(() => {
    socket.bind('192.0.2.7', 0);
  }).toThrow(expect.objectContaining({ code: 'EADDRNOTAVAIL', syscall: 'bind' }) as Error);
  expect(() => {
    socket.bind('no address', 0);
  }).toThrow('EINVAL');
  socket.close();
});

test('the peer’s close is ENOTCONN and leaves its reason', async () => {
  const pair = await RawPair.open();
  pair.client.setConnectionClose({ errcode: 5, phrase: 'five' });
  pair.client.close();
  await pair.server.readable();
  expect(() => pair.server.receive()).toThrow('ENOTCONN');
  expect(pair.server.connectionClose()).toEqual({ errcode: 5, frame: 0, phrase: 'five' });
  pair.close();
});

test('whoever waits for a socket that is closed is told; a signal ends a wait', async () => {
  const pair = await RawPair.open();
  const abort = new AbortController();
  const first = failure(pair.client.readable(abort.signal));
  abort.abort();
  expect(await first).toMatchObject({ name: 'AbortError' });
  const second = failure(pair.client.readable());
  pair.client.close();
  expect(await second).toMatchObject({ code: 'ERR_QUIC_CLOSED' });
  pair.close();
});
