// SPDX-License-Identifier: MIT
//
// The raw layer's handshakes: pre-shared keys, sessions, early data.
import {
  EventType,
  MsgFlag,
  QuicSocket,
  clientHandshake,
  serverHandshake,
  type ClientHandshakeOptions,
  type ClientPeerInfo,
  type PeerInfo,
  type ServerHandshakeOptions,
} from '../../lib/socket/index.js';
import { authority, identity } from './support/certs.js';
import { failure } from './support/pair.js';
import { RAW_ALPN } from './support/raw-pair.js';

const key = Buffer.alloc(32, 'k');
const psk = { identity: 'sensor 7', key };

let listener: QuicSocket;
let sockets: QuicSocket[];

beforeEach(() => {
  listener = QuicSocket.open(4);
  listener.bind('127.0.0.1', 0);
  listener.listen(4);
  sockets = [listener];
});

afterEach(() => {
  for (const socket of sockets) socket.close();
});

function newClient(): QuicSocket {
  const client = QuicSocket.open(4);
  sockets.push(client);
  client.setEvent(EventType.NEW_SESSION_TICKET, true);
  client.connect('127.0.0.1', listener.localAddress().port);
  return client;
}

function forClient(options: Partial<ClientHandshakeOptions> = {}): ClientHandshakeOptions {
  const trust = options.psk === undefined ? { ca: authority('ca') } : {};
  return { alpn: RAW_ALPN, servername: 'localhost', ...trust, ...options };
}

function forServer(options: Partial<ServerHandshakeOptions> = {}): ServerHandshakeOptions {
  const who = options.psk === undefined ? identity('server') : {};
  return { alpn: RAW_ALPN, ...who, ...options } as ServerHandshakeOptions;
}

async function accept(): Promise<QuicSocket> {
  const server = await listener.waitAccept();
  sockets.push(server);
  return server;
}

async function serve(
  options: ServerHandshakeOptions,
): Promise<{ server: QuicSocket; info: PeerInfo }> {
  const server = await accept();
  return { server, info: await serverHandshake(server, options) };
}

/** What `handshake` rejects with; the socket is closed then, which tells the other end. */
async function refusal(socket: QuicSocket, handshake: Promise<unknown>): Promise<Error> {
  const error = await failure(handshake);
  socket.close();
  return error;
}

/** The errors of both ends of a handshake that fails. */
async function part(
  ofClient: Partial<ClientHandshakeOptions>,
  ofServer: Partial<ServerHandshakeOptions>,
): Promise<Error[]> {
  const client = newClient();
  return Promise.all([
    refusal(client, clientHandshake(client, forClient(ofClient))),
    accept().then((server) => refusal(server, serverHandshake(server, forServer(ofServer)))),
  ]);
}

async function meet(
  ofClient: Partial<ClientHandshakeOptions>,
  ofServer: Partial<ServerHandshakeOptions>,
): Promise<{ client: QuicSocket; near: ClientPeerInfo; server: QuicSocket; far: PeerInfo }> {
  const client = newClient();
  const [near, { server, info }] = await Promise.all([
    clientHandshake(client, forClient(ofClient)),
    serve(forServer(ofServer)),
  ]);
  return { client, near, server, far: info };
}

/** What a first visit leaves behind, once the ticket is there. */
async function sessionOf(ofServer: Partial<ServerHandshakeOptions> = {}): Promise<Buffer> {
  const { client, near } = await meet({}, ofServer);
  for (;;) {
    const session = near.session();
    if (session !== undefined) return session;
    await client.waitReceive();
  }
}

describe('a pre-shared key', () => {
  test('stands for both ends’ certificates', async () => {
    const others = [{ identity: 'sensor 6', key: Buffer.alloc(32, 'x') }, psk];
    const { client, near, server, far } = await meet({ psk }, { psk: others });
    for (const info of [near, far]) {
      expect(info).toMatchObject({ alpn: RAW_ALPN, authorized: true, sessionReused: false });
      expect(info.peerCertificate).toBeUndefined();
    }
    await client.waitSend('hello', { stream: { id: 0, flags: MsgFlag.STREAM_NEW } });
    expect((await server.waitReceive()).data.toString()).toBe('hello');
  });

  test.each([
    ['another key', { identity: 'sensor 7', key: Buffer.alloc(32, 'w') }],
    ['an unknown identity', { identity: 'sensor 8', key }],
  ])('that is wrong ends the handshake: %s', async (_what, wrong) => {
    for (const error of await part({ psk: wrong }, { psk: [psk] })) {
      expect(error).toMatchObject({ code: 'ERR_QUIC_TRANSPORT_ERROR' });
    }
  });

  test('is no use to a server that has a certificate only', async () => {
    for (const error of await part({ psk }, {})) {
      expect(error).toMatchObject({ code: 'ERR_QUIC_TRANSPORT_ERROR' });
    }
  });

  const WRONG: [what: string, options: object, code: string, text: string][] = [
    ['a number', { psk: 5 }, 'ERR_INVALID_ARG_TYPE', '"psk"'],
    ['no identity', { psk: { key } }, 'ERR_INVALID_ARG_TYPE', 'psk.identity'],
    ['an empty identity', { psk: { identity: '', key } }, 'ERR_INVALID_ARG_VALUE', 'psk.identity'],
    [
      'a long identity',
      { psk: [psk, { identity: 'x'.repeat(129), key }] },
      'ERR_INVALID_ARG_VALUE',
      'psk[1].identity',
    ],
    ['a password', { psk: { identity: 'x', key: 'text' } }, 'ERR_INVALID_ARG_TYPE', 'psk.key'],
    [
      'an empty key',
      { psk: { identity: 'x', key: Buffer.alloc(0) } },
      'ERR_INVALID_ARG_VALUE',
      'psk.key',
    ],
    ['an empty list', { psk: [] }, 'ERR_INVALID_ARG_VALUE', 'no key'],
    [
      'a certificate beside it',
      { psk: [psk], cert: 'PEM' },
      'ERR_INVALID_ARG_VALUE',
      'one of the two',
    ],
  ];

  test.each(WRONG)('refused at once: %s', async (_what, options, code, text) => {
    const wrong = { alpn: 'a', ...options } as unknown as ServerHandshakeOptions;
    const error = await failure(serverHandshake(newClient(), wrong));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(text);
  });
});

describe('a session', () => {
  test('makes the next handshake a short one', async () => {
    const session = await sessionOf();
    const { near, far } = await meet({ session }, {});
    expect(near).toMatchObject({ sessionReused: true, earlyDataAccepted: false });
    expect(far).toMatchObject({ sessionReused: true, earlyDataAccepted: false });
  });

  test('for another name is not used', async () => {
    const session = await sessionOf();
    const { near } = await meet({ session, servername: 'server.test' }, {});
    expect(near).toMatchObject({ sessionReused: false });
  });

  test('that is damaged is refused at once', async () => {
    const session = await sessionOf();
    session.writeUInt8(session.readUInt8(30) ^ 1, 30);
    const error = await failure(clientHandshake(newClient(), forClient({ session })));
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(error.message).toContain('damaged');
  });
});

describe('early data', () => {
  test.each([[true], [false]])('that the server takes: %s', async (accepted) => {
    const session = await sessionOf({ earlyData: true });
    const client = newClient();
    const serving = serve(forServer({ earlyData: accepted }));
    let told = 0;
    const near = await clientHandshake(
      client,
      forClient({
        session,
        earlyData: true,
        onEarly: () => {
          told++;
          const flags = MsgFlag.STREAM_NEW | MsgFlag.STREAM_FIN;
          expect(client.send('early', { stream: { id: 0, flags } })).toBe(5);
        },
      }),
    );
    const { server, info: far } = await serving;
    expect(told).toBe(1);
    expect(near).toMatchObject({ sessionReused: true, earlyDataAccepted: accepted });
    expect(far).toMatchObject({ sessionReused: true, earlyDataAccepted: accepted });
    // S3.28: what is refused is sent again.
    const { data, stream } = await server.waitReceive();
    expect(data.toString()).toBe('early');
    expect(stream).toMatchObject({ id: 0 });
  });

  test('without a session that fits there is no time for it', async () => {
    const onEarly = jest.fn();
    const { near } = await meet({ earlyData: true, onEarly }, { earlyData: true });
    expect(near).toMatchObject({ sessionReused: false, earlyDataAccepted: false });
    expect(onEarly).not.toHaveBeenCalled();
  });
});

test('a second handshake on a socket is refused', async () => {
  const client = newClient();
  const serving = serve(forServer());
  const first = clientHandshake(client, forClient());
  const error = await failure(clientHandshake(client, forClient()));
  expect(error).toMatchObject({ code: 'ERR_INVALID_STATE' });
  expect(error.message).toContain('under way');
  await first;
  await serving;
  expect(await failure(clientHandshake(client, forClient()))).toMatchObject({
    code: 'ERR_INVALID_STATE',
    message: 'the handshake is complete already',
  });
});
