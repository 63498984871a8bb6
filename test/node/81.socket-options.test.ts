// SPDX-License-Identifier: MIT
//
// Every option and event of the raw layer, on real connections.
import {
  EventType,
  MsgFlag,
  QuicSocket,
  StreamState,
  parseEvent,
  type QuicEvent,
} from '../../lib/socket/index.js';
import { thrown } from './support/pair.js';
import { RawPair } from './support/raw-pair.js';

/** The next event of one type; others and data are passed over. */
async function event<T extends QuicEvent['type']>(
  socket: QuicSocket,
  type: T,
): Promise<Extract<QuicEvent, { type: T }>> {
  for (;;) {
    const { data, flags } = await socket.waitReceive();
    if ((flags & MsgFlag.NOTIFICATION) === 0) continue;
    const parsed = parseEvent(data);
    if (parsed.type === type) return parsed as Extract<QuicEvent, { type: T }>;
  }
}

let pair: RawPair;

beforeEach(async () => {
  pair = await RawPair.open((client, listener) => {
    client.setEvent(EventType.NEW_TOKEN, true);
    client.setEvent(EventType.NEW_SESSION_TICKET, true);
    listener.setTransportParam({ maxStreamsBidi: 3, maxStreamDataBidiRemote: 4096 });
  });
});

afterEach(() => {
  pair.close();
});

test('S6.37 transport parameters of both ends', () => {
  expect(pair.client.transportParam(true)).toMatchObject({ maxStreamsBidi: 3, remote: 1 });
  expect(pair.server.transportParam()).toMatchObject({ maxStreamsBidi: 3, remote: 0 });
});

test('S6.40 what the peer announced can be set on a later client', () => {
  const remote = pair.client.transportParam(true);
  const later = QuicSocket.open(4);
  later.connect('127.0.0.1', pair.listener.localAddress().port);
  later.setTransportParam(remote);
  expect(later.transportParam(true)).toEqual(remote);
  later.close();
});

test('S5.28 and S6.50 tokens: the event, the option, one more from the server', async () => {
  const { token } = await event(pair.client, 'newToken');
  expect(token.length).toBeGreaterThan(0);
  expect(Buffer.from(pair.client.token())).toEqual(token);
  pair.server.sendToken();
  const next = await event(pair.client, 'newToken');
  expect(Buffer.from(pair.client.token())).toEqual(next.token);
  expect(() => pair.server.token()).toThrow('EINVAL');
  const later = QuicSocket.open(4);
  later.setToken(next.token);
  expect(Buffer.from(later.token())).toEqual(next.token);
  later.close();
});

test('S5.20 to S5.24 session tickets: a server’s key, the ticket of its handshake, its event', async () => {
  expect(pair.server.sessionTicket()).toHaveLength(64);
  const { ticket } = await event(pair.client, 'newSessionTicket');
  expect(ticket[0]).toBe(4);
  expect(Buffer.from(pair.client.sessionTicket())).toEqual(ticket);
  pair.server.setSessionTicket(Buffer.alloc(64, 9));
  expect(Buffer.from(pair.server.sessionTicket())).toEqual(Buffer.alloc(64, 9));
});

test('S6.14 to S6.17 connection IDs are retired and replaced', async () => {
  pair.server.setEvent(EventType.CONNECTION_ID, true);
  expect(pair.client.connectionId()).toEqual({ dest: 0, active: 0, priorTo: 0 });
  pair.client.setConnectionId({ priorTo: 1 });
  const { info } = await event(pair.server, 'connectionId');
  expect(info).toMatchObject({ dest: 1, priorTo: 1 });
  expect(pair.server.connectionId(true)).toMatchObject({ dest: 1, priorTo: 1 });
  expect(() => {
    pair.client.setConnectionId({ priorTo: 99 });
  }).toThrow('EINVAL');
});

test('S6.33 a key update is an event at the peer, with the new phase', async () => {
  pair.server.setEvent(EventType.KEY_UPDATE, true);
  pair.client.updateKey();
  await pair.client.waitSend('x', { stream: { id: 2, flags: MsgFlag.STREAM_NEW } });
  expect(await event(pair.server, 'keyUpdate')).toEqual({ type: 'keyUpdate', phase: 1 });
  expect(() => {
    pair.client.updateKey();
  }).toThrow('EINVAL');
});

test('S6.20 to S6.23 migration to another port', async () => {
  for (const socket of [pair.client, pair.server]) {
    socket.setEvent(EventType.CONNECTION_MIGRATION, true);
  }
  const spare = QuicSocket.open(4);
  spare.bind('127.0.0.1', 0);
  const { port } = spare.localAddress();
  pair.client.migrate('127.0.0.1', port);
  expect(await event(pair.client, 'connectionMigration')).toMatchObject({ local: true });
  expect(pair.client.localAddress().port).toBe(port);
  await pair.client.waitSend('x', { stream: { id: 2, flags: MsgFlag.STREAM_NEW } });
  expect(await event(pair.server, 'connectionMigration')).toMatchObject({ local: false });
  expect(pair.server.remoteAddress().port).toBe(port);
  spare.close();
  expect(() => {
    pair.client.migrate('127.0.0.1', 0);
  }).toThrow(
    expect.objectContaining({
      code: 'EINVAL',
      syscall: 'setsockopt',
      address: '127.0.0.1',
    }) as Error,
  );
});

test('S7.4 a reset and a stop, seen from both ends', async () => {
  for (const socket of [pair.client, pair.server]) {
    socket.setEvent(EventType.STREAM_UPDATE, true);
  }
  await pair.client.waitSend('abc', { stream: { id: 2, flags: MsgFlag.STREAM_NEW } });
  expect((await event(pair.server, 'streamUpdate')).update).toMatchObject({
    id: 2,
    state: StreamState.RECV_RECV,
  });
  pair.client.resetStream(2, 7);
  expect((await event(pair.server, 'streamUpdate')).update).toEqual({
    id: 2,
    state: StreamState.RECV_RESET_RECVD,
    errcode: 7,
    finalsz: 3,
  });
  await pair.client.waitSend('abc', { stream: { id: 6, flags: MsgFlag.STREAM_NEW } });
  await event(pair.server, 'streamUpdate');
  pair.server.stopSending(6, 8);
  const states: number[] = [];
  while (states.at(-1) !== StreamState.SEND_RESET_RECVD || states.length < 3) {
    states.push((await event(pair.client, 'streamUpdate')).update.state);
  }
  expect(states).toContain(StreamState.SEND_RESET_SENT);
});

test('limits are raised by events: STREAM_MAX_DATA and STREAM_MAX_STREAM', async () => {
  pair.client.setEvent(EventType.STREAM_MAX_DATA, true);
  pair.client.setEvent(EventType.STREAM_MAX_STREAM, true);
  const stream = { id: 0, flags: MsgFlag.STREAM_NEW };
  expect(pair.client.send(Buffer.alloc(10_000), { stream })).toBe(4096);
  // S3.19
  expect(() => pair.client.send('x', { stream: { id: 0 } })).toThrow(
    expect.objectContaining({ code: 'ENOSPC', syscall: 'sendmsg' }) as Error,
  );
  const { data } = await pair.server.waitReceive();
  expect(data.length).toBeGreaterThan(0);
  const { limit } = await event(pair.client, 'streamMaxData');
  expect(limit).toMatchObject({ id: 0 });
  expect(limit.maxData).toBeGreaterThan(4096);
  const fin = MsgFlag.STREAM_FIN;
  await pair.client.waitSend('x', { stream: { id: 0, flags: fin } });
  for (let ended = false; !ended;) {
    const { stream: got } = await pair.server.waitReceive();
    ended = ((got?.flags ?? 0) & fin) !== 0;
  }
  await pair.server.waitSend('y', { stream: { id: 0, flags: fin } });
  // S8.5: three at first, and one for the one that is gone.
  expect(await event(pair.client, 'streamMaxStream')).toMatchObject({ highestId: 12 });
});

test('numbers of other levels', () => {
  const socket = QuicSocket.open(6);
  socket.setNumber('receiveBuffer', 100_000);
  expect(socket.getNumber('receiveBuffer')).toBeGreaterThanOrEqual(100_000);
  socket.setNumber('v6Only', 1);
  expect(socket.getNumber('v6Only')).toBe(1);
  socket.setNumber('maxPacingRate', 1_000_000);
  expect(socket.getNumber('maxPacingRate')).toBe(1_000_000);
  expect(socket.getNumber('protocol')).toBe(261);
  expect(socket.getNumber('error')).toBe(0);
  expect(pair.listener.getNumber('listening')).toBe(1);
  expect(pair.client.getNumber('listening')).toBe(0);
  expect(() => {
    socket.bindToDevice('no-such-device');
  }).toThrow(expect.objectContaining({ code: 'ENODEV', syscall: 'setsockopt' }) as Error);
  socket.bindToDevice('lo');
  socket.close();
});

test('S2.44 what the queues hold', async () => {
  expect([pair.server.inQueue, pair.client.unsent]).toEqual([0, 0]);
  await pair.client.waitSend('0123456789', { stream: { id: 2, flags: MsgFlag.STREAM_NEW } });
  await pair.server.readable();
  expect(pair.server.inQueue).toBeGreaterThan(0);
  expect(() => pair.listener.inQueue).toThrow(
    expect.objectContaining({ code: 'EINVAL', syscall: 'ioctl' }) as Error,
  );
});

describe('what is none of the choices is refused by its name', () => {
  let socket: QuicSocket;

  beforeEach(() => {
    socket = QuicSocket.open(4);
  });

  afterEach(() => {
    socket.close();
  });

  test.each<[string, () => unknown, string, string]>([
    ['a family', () => QuicSocket.open(5 as never), 'ERR_INVALID_ARG_VALUE', '"family"'],
    ['an option', () => socket.getNumber('toString' as never), 'ERR_INVALID_ARG_VALUE', '"name"'],
    [
      'an option',
      () => {
        socket.setNumber('ttl' as never, 1);
      },
      'ERR_INVALID_ARG_VALUE',
      '"name"',
    ],
    [
      'a value',
      () => {
        socket.setNumber('mark', 0.5);
      },
      'ERR_OUT_OF_RANGE',
      '"value"',
    ],
    ['a stream', () => socket.openStream('duplex' as never), 'ERR_INVALID_ARG_VALUE', '"type"'],
    ['an ID', () => socket.send('x', { stream: { id: NaN } }), 'ERR_OUT_OF_RANGE', '"stream.id"'],
    ['an ID to peel off', () => socket.peelOff(NaN), 'ERR_OUT_OF_RANGE', '"id"'],
    [
      'an ID',
      () => socket.send('x', { stream: { id: '4' as never } }),
      'ERR_INVALID_ARG_TYPE',
      '"stream.id"',
    ],
    [
      'a level',
      () => socket.send('x', { handshake: { level: 256 } }),
      'ERR_OUT_OF_RANGE',
      '"handshake.level"',
    ],
  ])('%s', (_, call, code, name) => {
    const error = thrown(call);
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(name);
  });
});
