// SPDX-License-Identifier: MIT
//
// 0-RTT (RFC 9001, 4.6): data in the first flight of a client that comes back.
import * as dgram from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  connect,
  listen,
  type ConnectOptions,
  type ListenOptions,
  type QuicConnection,
  type QuicServer,
  type QuicStream,
  type ReceiveStream,
} from '../../lib/index.js';
import { identity } from './support/certs.js';
import {
  ALPN,
  clientOptions,
  failure,
  next,
  pattern,
  serverOptions,
  thrown,
} from './support/pair.js';

const ticketKeys = Buffer.alloc(48, 'secret');

let server: QuicServer;
/** Whether each stream of the peers was early. */
let early: boolean[];
/** What the server does with streams. */
let serve: (stream: QuicStream | ReceiveStream) => void;

async function start(options: Partial<ListenOptions> = {}): Promise<void> {
  early = [];
  serve = (stream) => {
    if (stream.direction === 'bidi') stream.pipe(stream);
  };
  server = await listen(
    serverOptions({ earlyData: true, ticketKeys, ...options }),
    (connection) => {
      connection.on('stream', (stream) => {
        early.push(stream.early);
        serve(stream);
      });
    },
  );
}

async function restart(options: Partial<ListenOptions>): Promise<void> {
  await server.close({ timeout: 0 });
  await start(options);
}

afterEach(async () => {
  await server.close({ timeout: 0 });
});

/** What a first visit leaves to the client. The server has seen its end, too. */
async function sessionOf(options: Partial<ConnectOptions> = {}): Promise<Buffer> {
  const accepted = once(server, 'connection') as Promise<[QuicConnection]>;
  const client = await connect(clientOptions(server, options));
  const [session] = (await once(client, 'session')) as [Buffer];
  await client.close();
  const [peer] = await accepted;
  await peer.closed;
  return session;
}

/** The next stream that reaches the server, which leaves it alone. */
function served(): Promise<QuicStream | ReceiveStream> {
  return new Promise((resolve) => {
    serve = resolve;
  });
}

function comeBack(session: Buffer, options: Partial<ConnectOptions> = {}): Promise<QuicConnection> {
  return connect(clientOptions(server, { session, earlyData: true, ...options }));
}

test('what is written at once arrives early, and is answered', async () => {
  await start();
  const client = await comeBack(await sessionOf());
  expect(client).toMatchObject({ alpn: ALPN, servername: 'localhost', authorized: true });
  expect(client).toMatchObject({ earlyDataAccepted: false, sessionReused: false });
  expect((await client.request('early')).toString()).toBe('early');
  await client.opened;
  expect(client).toMatchObject({ earlyDataAccepted: true, sessionReused: true });
  expect(client.peerCertificate?.subject).toContain('server');
  expect(early).toEqual([true]);
  await client.close();
});

test('a stream that is opened after the handshake is not early', async () => {
  await start();
  const client = await comeBack(await sessionOf());
  await client.request('early');
  await client.opened;
  await client.request('later');
  expect(early).toEqual([true, false]);
  await client.close();
});

test('more than a first flight, on several streams, and a datagram', async () => {
  await start();
  const client = await comeBack(await sessionOf());
  const accepted = once(server, 'connection') as Promise<[QuicConnection]>;
  const datagram = accepted.then(([peer]) => next(peer.datagrams()));
  const sent = pattern(300_000);
  const answers = [0, 1, 2].map(() => client.request(sent));
  expect(client.sendDatagram('and a datagram')).toBe(true);
  for (const answer of await Promise.all(answers)) expect(answer.equals(sent)).toBe(true);
  expect(String(await datagram)).toBe('and a datagram');
  await client.close();
});

test('without a session that fits connect() waits for the handshake', async () => {
  await start();
  const session = await sessionOf();
  for (const options of [{}, { session, servername: 'server.test' }]) {
    const client = await connect(clientOptions(server, { earlyData: true, ...options }));
    expect(client.peerCertificate).toBeDefined();
    expect(client).toMatchObject({ sessionReused: false, earlyDataAccepted: false });
    client.destroy();
  }
});

test('close() right after the request waits for the handshake and the acknowledgement', async () => {
  await start();
  const client = await comeBack(await sessionOf());
  const stream = await client.createUnidirectionalStream();
  stream.end('the last words');
  const heard = served().then((far) => far.text());
  expect(await client.close()).toMatchObject({ by: 'local', code: 0 });
  expect(await heard).toBe('the last words');
});

test('a reset before the handshake is complete reaches the server after it (S6.9)', async () => {
  await start({ maxUniStreams: 1 });
  const client = await comeBack(await sessionOf());
  const stream = await client.createUnidirectionalStream();
  stream.write('x');
  stream.reset(7);
  // S8.7: the server permits another stream when this one is gone.
  expect((await client.createUnidirectionalStream()).id).toBe(6);
  client.destroy();
});

test('the server is told of a reset that comes with the last message of the handshake (F51)', async () => {
  await start();
  const client = await comeBack(await sessionOf());
  const far = served();
  const stream = await client.createBidirectionalStream();
  stream.write('x');
  stream.reset(7);
  const expected = { code: 'ERR_QUIC_STREAM_RESET', errorCode: 7 };
  expect(await failure(((await far) as QuicStream).bytes())).toMatchObject(expected);
  await client.close();
});

test('streams beyond the remembered limit wait', async () => {
  await start({ maxBidiStreams: 2 });
  const client = await comeBack(await sessionOf());
  const refused = failure(
    Promise.all([0, 1, 2].map(() => client.createBidirectionalStream({ wait: false }))),
  );
  expect(await refused).toMatchObject({ code: 'ERR_QUIC_OPEN_STREAM_FAILED' });
  client.destroy();
  const other = await comeBack(await sessionOf());
  const answers = [0, 1, 2, 3, 4].map((i) => other.request(String(i)));
  expect((await Promise.all(answers)).map(String)).toEqual(['0', '1', '2', '3', '4']);
  await other.close();
});

describe('rejected by the server: nothing is lost, nothing comes twice (S3.28)', () => {
  const OTHERS: [what: string, options: Partial<ListenOptions>, reused: boolean][] = [
    ['it does not accept early data any more', { earlyData: false }, true],
    ['it has another key', { ticketKeys: Buffer.alloc(48, 'other') }, false],
    [
      'its limits are lower (P13)',
      { maxBidiStreams: 1, maxData: 20_000, maxStreamData: 5_000 },
      false,
    ],
  ];

  test.each(OTHERS)('%s', async (_what, options, reused) => {
    await start();
    const session = await sessionOf();
    await restart(options);
    const client = await comeBack(session);
    const sent = pattern(40_000);
    const answers = [client.request(sent), client.request(sent)];
    for (const answer of await Promise.all(answers)) expect(answer.equals(sent)).toBe(true);
    expect(client).toMatchObject({ earlyDataAccepted: false, sessionReused: reused });
    expect(early).toEqual([false, false]);
    await client.close();
  });
});

test('a server that has another protocol now refuses: early data is for the session’s', async () => {
  await start();
  const session = await sessionOf();
  await restart({ alpn: 'other' });
  const client = await comeBack(session, { alpn: ['other', ALPN] });
  const request = failure(client.request('for the old protocol'));
  const info = await client.closed;
  const expected = { code: 'ERR_QUIC_TRANSPORT_ERROR', alert: 'no_application_protocol' };
  expect(info).toMatchObject({ by: 'error', code: 0x178, error: expected });
  expect(await request).toMatchObject(expected);
  expect(early).toEqual([]);
});

test('a handshake that fails after connect() has resolved closes the connection with its error', async () => {
  await start();
  const session = await sessionOf();
  // Another key, so a full handshake, in which the certificate does not verify.
  await restart({ ...identity('expired'), ticketKeys: Buffer.alloc(48, 'other') });
  const client = await comeBack(session);
  const stream = await client.createBidirectionalStream();
  const lost = failure(stream.send(Buffer.alloc(5_000_000)));
  const expected = { code: 'ERR_QUIC_TRANSPORT_ERROR', alert: 'certificate_expired' };
  expect(await client.closed).toMatchObject({ by: 'error', error: expected });
  expect(await lost).toMatchObject(expected);
  expect(await failure(client.opened)).toMatchObject(expected);
  expect(await failure(client.request('x'))).toMatchObject(expected);
  expect(early).toEqual([]);
});

describe('a server that does not answer any more', () => {
  /** Takes packets and says nothing. */
  async function silentServer(): Promise<dgram.Socket> {
    const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return socket;
  }

  test('the handshake times out, and with it what was sent early', async () => {
    await start();
    const session = await sessionOf();
    const silent = await silentServer();
    const { port } = silent.address();
    const client = await comeBack(session, { port, handshakeTimeout: 3000 });
    const error = await failure(client.request('anybody?'));
    expect(error).toMatchObject({ code: 'ERR_QUIC_CONNECTION_FAILED' });
    expect(error.message).toContain('did not complete within 3000 ms');
    expect(await client.closed).toMatchObject({ by: 'error', error: { message: error.message } });
    silent.close();
  });

  test('destroy() and close() meanwhile end it; key updates and migrations are for later', async () => {
    await start();
    const session = await sessionOf();
    const silent = await silentServer();
    const { port } = silent.address();
    const client = await comeBack(session, { port });
    const early = thrown(() => {
      client.updateKey();
    });
    expect(early).toMatchObject({ code: 'ERR_INVALID_STATE' });
    expect(early.message).toContain('the handshake is not complete');
    const migrating = failure(client.migrate({ address: '127.0.0.2' }));
    const request = failure(client.request('x'));
    client.destroy(new Error('enough'));
    const expected = { code: 'ERR_QUIC_CLOSED', cause: { message: 'enough' } };
    expect(await request).toMatchObject(expected);
    expect(await migrating).toMatchObject(expected);
    expect(await client.closed).toMatchObject({ by: 'local' });
    expect(await failure(client.opened)).toMatchObject(expected);
    const other = await comeBack(session, { port });
    expect(await other.close({ timeout: 100 })).toMatchObject({ by: 'local' });
    silent.close();
  });
});

test('a first flight that comes again is not taken again (RFC 8446, 8)', async () => {
  await start();
  const session = await sessionOf();
  const outside = [0, 1].map(() => dgram.createSocket('udp4'));
  const relay = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(relay, 'listening');
  const flight: Buffer[] = [];
  let inside: AddressInfo | undefined;
  let answered = false;
  relay.on('message', (packet, from) => {
    inside = from;
    if (!answered) flight.push(packet);
    outside[0]?.send(packet, server.address().port, '127.0.0.1');
  });
  outside[0]?.on('message', (packet) => {
    answered = true;
    if (inside !== undefined) relay.send(packet, inside.port, inside.address);
  });
  const accepted = once(server, 'connection') as Promise<[QuicConnection]>;
  const client = await comeBack(session, { port: relay.address().port });
  await client.request('once');
  await client.opened;
  expect(client.earlyDataAccepted).toBe(true);
  expect(early).toEqual([true]);
  // Who recorded the flight sends it again, from elsewhere; no handshake will complete it.
  for (const packet of flight) outside[1]?.send(packet, server.address().port, '127.0.0.1');
  if (outside[1] !== undefined) await once(outside[1], 'message');
  await client.request('twice');
  expect(early).toEqual([true, false]);
  expect(server.connections).toBe(1);
  client.destroy();
  // Through the relay: without that, the end of the server would wait for this client.
  const [peer] = await accepted;
  await peer.closed;
  for (const socket of [relay, ...outside]) socket.close();
});
