// SPDX-License-Identifier: MIT
//
// Each member of a raw socket in each state, and both handshakes: it works, or fails with an error that says
// why.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import {
  EventType,
  MsgFlag,
  QuicSocket,
  QuicSocketOptions,
  SockOpt,
  clientHandshake,
  serverHandshake,
} from '../../lib/socket/index.js';
import { authority, identity } from './support/certs.js';
import { failure } from './support/pair.js';
import { RAW_ALPN, RawPair } from './support/raw-pair.js';
import { all, members, outcomes, type Calls, type Outcomes } from './support/states.js';

const STREAM = { id: 0, flags: MsgFlag.STREAM_NEW };

/** Of a listener that everybody may connect to. */
let port: number;
let file: number;
let pipe: number;

const CALLS: Calls<QuicSocket> = {
  // ---- options
  setOption: (s) => {
    s.setOption(SockOpt.EVENT, Uint8Array.of(EventType.KEY_UPDATE, 1));
  },
  getOption: (s) => s.getOption(SockOpt.EVENT, Uint8Array.of(EventType.KEY_UPDATE, 0)).length,
  transportParam: (s) => s.transportParam().maxData > 0,
  setTransportParam: (s) => {
    s.setTransportParam({ maxData: 100_000 });
  },
  transportParamExt: (s) => s.transportParamExt().length > 0,
  setTransportParamExt: (s) => {
    s.setTransportParamExt(new Uint8Array(0));
  },
  config: (s) => typeof s.config().version,
  setConfig: (s) => {
    s.setConfig({ streamDataNodelay: 1 });
  },
  connectionClose: (s) => s.connectionClose().errcode,
  setConnectionClose: (s) => {
    s.setConnectionClose({ errcode: 1 });
  },
  connectionId: (s) => s.connectionId().active,
  setConnectionId: (s) => {
    s.setConnectionId({ priorTo: 1 });
  },
  migrate: (s) => {
    s.migrate('127.0.0.5', port);
  },
  updateKey: (s) => {
    s.updateKey();
  },
  alpn: (s) => s.alpn().join(),
  setAlpn: (s) => {
    s.setAlpn(['one', 'two']);
  },
  token: (s) => typeof s.token().length,
  setToken: (s) => {
    s.setToken(Uint8Array.of(1, 2, 3));
  },
  sendToken: (s) => {
    s.sendToken();
  },
  sessionTicket: (s) => typeof s.sessionTicket().length,
  setSessionTicket: (s) => {
    s.setSessionTicket(new Uint8Array(64));
  },
  setCryptoSecret: (s) => {
    s.setCryptoSecret({ send: 1, level: 0, type: 51 }, new Uint8Array(32));
  },
  setEvent: (s) => {
    s.setEvent(EventType.KEY_UPDATE, true);
  },
  event: (s) => s.event(EventType.KEY_UPDATE),
  openStream: (s) => s.openStream('uni'),
  resetStream: (s) => {
    s.resetStream(0, 1);
  },
  stopSending: (s) => {
    s.stopSending(0, 1);
  },
  stats: (s) => typeof s.stats().mtu,
  streamStatus: (s) => s.streamStatus().sendState,

  // ---- the socket
  fd: (s) => s.fd >= 0,
  bind: (s) => {
    s.bind('127.0.0.1', 0);
  },
  listen: (s) => {
    s.listen(1);
  },
  accept: (s) => s.accept() === undefined,
  waitAccept: (s) => s.waitAccept(),
  connect: (s) => {
    s.connect('127.0.0.1', port);
  },
  shutdown: (s) => {
    s.shutdown(2);
  },
  close: (s) => {
    s.close();
  },
  detach: (s) => {
    fs.closeSync(s.detach());
  },
  duplicate: (s) => {
    s.duplicate().close();
  },
  readable: (s) => s.readable(),
  writable: (s) => s.writable(),
  localAddress: (s) => s.localAddress().address,
  remoteAddress: (s) => s.remoteAddress().address,

  // ---- messages
  send: (s) => s.send('x', { stream: STREAM }),
  waitSend: (s) => s.waitSend('x', { stream: STREAM }),
  waitOpenStream: (s) => s.waitOpenStream('uni'),
  receive: (s) => s.receive(),
  waitReceive: async (s) => (await s.waitReceive()).data.toString(),
  sendFile: (s) => s.sendFile(file, 1, 0),
  spliceFrom: (s) => s.spliceFrom(pipe, 1),
  spliceTo: (s) => s.spliceTo(pipe, 1),
  peelOff: (s) => {
    s.peelOff(0).close();
  },

  // ---- what is below
  inQueue: (s) => s.inQueue,
  outQueue: (s) => s.outQueue,
  unsent: (s) => s.unsent,
  getNumber: (s) => s.getNumber('receiveBuffer') > 0,
  setNumber: (s) => {
    s.setNumber('mark', 1);
  },
  bindToDevice: (s) => {
    s.bindToDevice('lo');
  },

  clientHandshake: async (s) =>
    (await clientHandshake(s, { alpn: RAW_ALPN, servername: 'localhost', ca: authority('ca') }))
      .alpn,
  serverHandshake: async (s) =>
    (await serverHandshake(s, { alpn: RAW_ALPN, ...identity('server') })).alpn,
};

/** What each row asks the system. */
const SYSCALLS: Record<string, string> = {
  accept: 'accept',
  waitAccept: 'accept',
  bind: 'bind',
  listen: 'listen',
  connect: 'connect',
  shutdown: 'shutdown',
  duplicate: 'fcntl',
  localAddress: 'getsockname',
  remoteAddress: 'getpeername',
  send: 'sendmsg',
  waitSend: 'sendmsg',
  receive: 'recvmsg',
  waitReceive: 'recvmsg',
  sendFile: 'sendfile',
  spliceFrom: 'splice',
  spliceTo: 'splice',
  inQueue: 'ioctl',
  outQueue: 'ioctl',
  unsent: 'ioctl',
  setOption: 'setsockopt',
  setTransportParam: 'setsockopt',
  setTransportParamExt: 'setsockopt',
  setConfig: 'setsockopt',
  setConnectionClose: 'setsockopt',
  setConnectionId: 'setsockopt',
  migrate: 'setsockopt',
  updateKey: 'setsockopt',
  setAlpn: 'setsockopt',
  setToken: 'setsockopt',
  sendToken: 'setsockopt',
  setSessionTicket: 'setsockopt',
  setCryptoSecret: 'setsockopt',
  setEvent: 'setsockopt',
  resetStream: 'setsockopt',
  stopSending: 'setsockopt',
  setNumber: 'setsockopt',
  bindToDevice: 'setsockopt',
};

/** With the message of the error where a table has an errno alone. */
function spelled(table: Outcomes): Outcomes {
  const places: Record<string, string> = {
    bind: ' 127.0.0.1:0',
    connect: ` 127.0.0.1:${port}`,
    migrate: ` 127.0.0.5:${port}`,
  };
  const spell = ([name, result]: [string, string]): [string, string] => {
    if (!/^E[A-Z]+$/.test(result)) return [name, result];
    const syscall = SYSCALLS[name] ?? 'getsockopt';
    return [name, `${result}: ${syscall} ${result}${places[name] ?? ''}`];
  };
  return Object.fromEntries(Object.entries(table).map(spell));
}

const LISTENS =
  'ERR_INVALID_STATE: the socket listens: the sockets that accept() gives have handshakes';
const NOT_CONNECTED = 'ERR_INVALID_STATE: the socket is not connected:';

const FRESH: Outcomes = {
  ...all(CALLS, 'works'),
  getOption: '2',
  transportParam: 'true',
  transportParamExt: 'EINVAL',
  setTransportParamExt: 'EINVAL',
  config: 'number',
  connectionClose: '0',
  connectionId: 'EINVAL',
  setConnectionId: 'EINVAL',
  migrate: 'EPIPE',
  updateKey: 'EPIPE',
  alpn: '',
  token: 'number',
  sendToken: 'EINVAL',
  sessionTicket: 'number',
  setCryptoSecret: 'EINVAL',
  event: 'false',
  openStream: 'EPIPE',
  resetStream: 'EINVAL',
  stopSending: 'EINVAL',
  stats: 'number',
  streamStatus: 'ENOPROTOOPT',
  fd: 'true',
  accept: 'EINVAL',
  waitAccept: 'EINVAL',
  shutdown: 'ENOTCONN',
  localAddress: '0.0.0.0',
  remoteAddress: 'ENOTCONN',
  send: 'EPIPE',
  waitSend: 'EPIPE',
  waitOpenStream: 'EPIPE',
  receive: 'ENOTCONN',
  waitReceive: 'ENOTCONN',
  sendFile: 'EPIPE',
  spliceTo: 'ENOTCONN',
  peelOff: 'ENOTCONN',
  inQueue: '0',
  outQueue: '0',
  unsent: '0',
  getNumber: 'true',
  clientHandshake: `${NOT_CONNECTED} connect() comes before clientHandshake()`,
  serverHandshake: `${NOT_CONNECTED} accept() gives those for serverHandshake()`,
};

const BOUND: Outcomes = { ...FRESH, bind: 'EINVAL', localAddress: '127.0.0.1' };

const LISTENING: Outcomes = {
  ...BOUND,
  setAlpn: 'EINVAL',
  token: 'EINVAL',
  setToken: 'EINVAL',
  sessionTicket: 'EPIPE',
  accept: 'true',
  waitAccept: 'waits',
  connect: 'EINVAL',
  shutdown: 'ENOTSUP',
  readable: 'waits',
  writable: 'waits',
  peelOff: 'EINVAL',
  inQueue: 'EINVAL',
  outQueue: 'EINVAL',
  unsent: 'EINVAL',
  clientHandshake: LISTENS,
  serverHandshake: LISTENS,
};

const CONNECTING: Outcomes = {
  ...BOUND,
  transportParamExt: 'true',
  migrate: 'EINVAL',
  setCryptoSecret: 'works',
  openStream: 'EINVAL',
  listen: 'EINVAL',
  connect: 'EINVAL',
  shutdown: 'works',
  readable: 'waits',
  writable: 'waits',
  remoteAddress: '127.0.0.1',
  send: 'EINVAL',
  waitSend: 'EINVAL',
  waitOpenStream: 'EINVAL',
  receive: 'works',
  waitReceive: 'waits',
  sendFile: 'EINVAL',
  spliceTo: 'works',
  clientHandshake: 'waits',
  serverHandshake: "ERR_INVALID_STATE: the socket is a client's: it needs clientHandshake()",
};

const CONNECTED: Outcomes = {
  ...CONNECTING,
  setTransportParam: 'EINVAL',
  transportParamExt: 'EINVAL',
  setConfig: 'EINVAL',
  connectionId: '0',
  setConnectionId: 'works',
  migrate: 'works',
  updateKey: 'works',
  setCryptoSecret: 'EINVAL',
  openStream: '2',
  writable: 'works',
  send: '1',
  sendFile: '1',
  waitSend: 'works',
  waitOpenStream: '2',
  peelOff: 'EINVAL',
  clientHandshake: 'ERR_INVALID_STATE: the handshake is complete already',
};

const ENDED: Outcomes = { ...BOUND, connectionClose: '7', listen: 'EINVAL', connect: 'EINVAL' };

const CLOSED_ERROR = 'ERR_QUIC_CLOSED: the socket is closed';
const CLOSED = all(CALLS, 'EBADF', {
  fd: 'false',
  close: 'works',
  detach: CLOSED_ERROR,
  readable: CLOSED_ERROR,
  writable: CLOSED_ERROR,
});

let listener: QuicSocket;

beforeAll(() => {
  listener = QuicSocket.open(4);
  listener.bind('127.0.0.1', 0);
  listener.listen(16);
  ({ port } = listener.localAddress());
  file = fs.openSync(__filename, 'r');
  const fifo = `${process.env['KQUIC_TEST_CERTS'] ?? ''}/states-fifo`;
  execFileSync('mkfifo', [fifo]);
  pipe = fs.openSync(fifo, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
});

afterAll(() => {
  listener.close();
  fs.closeSync(file);
  fs.closeSync(pipe);
});

test('the table has a row for every member', () => {
  const classes = [QuicSocket.prototype, QuicSocketOptions.prototype];
  const all = [
    ...classes.flatMap((prototype) => members(prototype)),
    'clientHandshake',
    'serverHandshake',
  ];
  expect(Object.keys(CALLS).sort()).toEqual(all.sort());
});

type Owned = { close(): void }[];

function bound(): QuicSocket {
  const socket = QuicSocket.open(4);
  socket.bind('127.0.0.1', 0);
  return socket;
}

/** A client's; its handshake is confirmed when something has come from the server. */
async function connected(owned: Owned): Promise<RawPair> {
  const pair = await RawPair.open();
  owned.push(pair);
  await pair.server.waitSend('x', { stream: { id: 1, flags: MsgFlag.STREAM_NEW } });
  await pair.client.waitReceive();
  return pair;
}

const STATES: [string, Outcomes, (owned: Owned) => QuicSocket | Promise<QuicSocket>][] = [
  ['that is new', FRESH, () => QuicSocket.open(4)],
  ['that is bound', BOUND, bound],
  [
    'that listens',
    LISTENING,
    () => {
      const socket = bound();
      socket.listen(1);
      return socket;
    },
  ],
  [
    'between connect() and the handshake',
    CONNECTING,
    () => {
      const socket = QuicSocket.open(4);
      socket.connect('127.0.0.1', port);
      return socket;
    },
  ],
  ['that is connected', CONNECTED, async (owned) => (await connected(owned)).client],
  [
    'whose peer has closed the connection',
    ENDED,
    async (owned) => {
      const { client, server } = await connected(owned);
      server.setConnectionClose({ errcode: 7 });
      server.close();
      expect(await failure(client.waitReceive())).toMatchObject({ code: 'ENOTCONN' });
      return client;
    },
  ],
  [
    'that is closed',
    CLOSED,
    () => {
      const socket = QuicSocket.open(4);
      socket.close();
      return socket;
    },
  ],
];

test.each(STATES)('a socket %s', async (_, table, make) => {
  const owned: Owned = [];
  const subject = async (): Promise<QuicSocket> => {
    const socket = await make(owned);
    owned.push(socket);
    return socket;
  };
  const expected = spelled(table);
  const found = await outcomes(CALLS, expected, subject, async () => {
    for (const one of owned) one.close();
    return Promise.resolve();
  });
  expect(found).toEqual(expected);
});

test('a server’s socket needs the other handshake, once', async () => {
  const pair = await RawPair.open();
  const options = { alpn: RAW_ALPN, ...identity('server') };
  expect(await failure(serverHandshake(pair.server, options))).toMatchObject({
    code: 'ERR_INVALID_STATE',
    message: 'the handshake is complete already',
  });
  const other = clientHandshake(pair.server, { alpn: RAW_ALPN, servername: 'localhost' });
  expect(await failure(other)).toMatchObject({
    code: 'ERR_INVALID_STATE',
    message: "the socket is a server's: it needs serverHandshake()",
  });
  pair.close();
});

test('waitAccept() of an aborted signal rejects, whoever waits to be accepted', async () => {
  expect(await failure(listener.waitAccept(AbortSignal.abort()))).toMatchObject({
    name: 'AbortError',
    code: 'ABORT_ERR',
  });
});
