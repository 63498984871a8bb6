// SPDX-License-Identifier: MIT
//
// The public types in use. It is compiled, never run: `npm run check:types`.
import {
  connect,
  listen,
  QuicConnection,
  QuicError,
  QuicServer,
  QuicStream,
  ReceiveStream,
  SendStream,
  support,
} from 'kquic';
import type {
  CloseInfo,
  ConnectOptions,
  ConnectionStats,
  ListenOptions,
  QuicErrorCode,
} from 'kquic';
import { clientHandshake, QuicSocket, SockOpt } from 'kquic/socket';

export async function server(): Promise<void> {
  await using server = await listen(
    { alpn: ['a', 'b'], key: 'PEM', cert: 'PEM', port: 4433 },
    (connection: QuicConnection) => connection.alpn,
  );
  server.on('handshakeError', (error, { remote }) => [error.alert, remote.port]);
  for await (const connection of server) {
    for await (const stream of connection) {
      if (stream.direction === 'bidi') stream.pipe(stream);
      else stream.resume();
    }
  }
  await server.close({ timeout: 1000, code: 1, reason: 'bye' });
}

export async function client(): Promise<CloseInfo> {
  const connection = await connect('localhost:4433', { alpn: 'a' });
  const bidi: QuicStream = await connection.createBidirectionalStream({ wait: false });
  const uni: SendStream = await connection.createUnidirectionalStream();
  await uni.send(new Uint8Array(3), { fin: true });
  const value: { n: number } = await bidi.json<{ n: number }>({ limit: 10 });
  const answer: Buffer = await connection.request(['a', 'b']);
  const stats: ConnectionStats = connection.stats();
  connection.on('stream', (stream: QuicStream | ReceiveStream) => {
    stream.stopSending(value.n + answer.length + stats.rtt);
  });
  return connection.close();
}

export async function comeBack(kept: { session?: Uint8Array; token?: Uint8Array }): Promise<void> {
  const connection = await connect('localhost:4433', { alpn: 'a', ...kept, earlyData: true });
  connection.on('session', (session: Buffer) => (kept.session = session));
  connection.on('token', (token: Buffer) => (kept.token = token));
  await connection.opened;
  const facts: boolean[] = [connection.sessionReused, connection.earlyDataAccepted];
  const sent: boolean = connection.sendDatagram(new Uint8Array(connection.maxDatagramSize));
  for await (const datagram of connection.datagrams({ highWaterMark: 10 }))
    facts.push(sent, !datagram);
  connection.on('migrate', ({ local, remote }) => [local.address, remote.port]);
  await connection.migrate({ address: '192.0.2.1' }, { timeout: 1000 });
  connection.on('keyUpdate', () => undefined).updateKey();
}

export async function raw(): Promise<void> {
  const socket = QuicSocket.open(4);
  socket.setTransportParam({ maxData: 65536 });
  socket.connect('127.0.0.1', 4433);
  await clientHandshake(socket, { alpn: 'a', servername: 'localhost' });
  socket.send('hello', { stream: { id: -1, flags: 0 } });
  socket.getOption(SockOpt.ALPN);
}

export function wrong(connection: QuicConnection, stream: ReceiveStream): unknown[] {
  // @ts-expect-error alpn has no default
  const noAlpn: ListenOptions = { key: '', cert: '' };
  // @ts-expect-error no such congestion control
  const unknown: ConnectOptions = { host: 'a', port: 1, alpn: 'a', congestion: 'bbr' };
  // @ts-expect-error a stream that the peer opened one way cannot be written
  const writable: { write: unknown } = stream;
  // @ts-expect-error events have types
  connection.on('stream', (stream: string) => stream);
  // @ts-expect-error support() does not wait
  const later: Promise<unknown> = support();
  const code: QuicErrorCode = new QuicError('').code;
  return [noAlpn, unknown, later, code, writable];
}

export function made(): unknown[] {
  return [
    // @ts-expect-error connect() and servers make connections
    new QuicConnection(),
    // @ts-expect-error listen() makes servers
    new QuicServer(),
    // @ts-expect-error connections make streams
    new QuicStream(),
    // @ts-expect-error connections make streams
    new SendStream(),
    // @ts-expect-error connections make streams
    new ReceiveStream(),
  ];
}
