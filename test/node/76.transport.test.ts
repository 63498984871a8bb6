// SPDX-License-Identifier: MIT
//
// Transport options that can be seen at work.
import * as dgram from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { QuicVersion, CongestionAlgorithm } from '../../lib/socket/constants.js';
import { QuicSocket } from '../../lib/socket/index.js';
import { connect } from '../../lib/index.js';
import { Pair, failure } from './support/pair.js';

test.each([
  ['both begin with 1', {}, {}, 1],
  ['a client begins with 2', {}, { version: 2 }, 2],
  ['a server moves its clients to 2 (RFC 9368; S5.8)', { version: 2 }, {}, 2],
] as const)('version: %s', async (_what, forServer, forClient, version) => {
  const pair = await Pair.open(forServer, forClient);
  expect([pair.client.stats().version, pair.peer.stats().version]).toEqual([version, version]);
  expect((await roundTrip(pair)).toString()).toBe('x');
  await pair.close();
});

function roundTrip(pair: Pair): Promise<Buffer> {
  pair.peer.on('stream', (stream) => {
    if (stream.direction === 'bidi') stream.pipe(stream);
  });
  return pair.client.request('x');
}

test('a server that speaks neither version (RFC 9000, 6.2)', async () => {
  const server = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(server, 'listening');
  server.on('message', (packet, { address, port }) => {
    // RFC 9000, 17.2.1: the connection IDs change places, and a list of versions follows.
    const to = packet.readUInt8(5);
    const from = packet.readUInt8(6 + to);
    const ids = [packet.subarray(6 + to, 7 + to + from), packet.subarray(5, 6 + to)];
    const versions = Buffer.from('0a1a2a3a', 'hex');
    server.send(Buffer.concat([Buffer.of(0x80, 0, 0, 0, 0), ...ids, versions]), port, address);
  });
  const { port } = server.address();
  const error = await failure(connect(`127.0.0.1:${port}`, { alpn: 'a' }));
  expect(error).toMatchObject({
    name: 'QuicError',
    code: 'ERR_QUIC_VERSION_NEGOTIATION_ERROR',
    errorCode: 0x11,
    message: 'the peer speaks no version of QUIC that this end does (1 and 2)',
  });
  server.close();
});

test('maxIdleTimeout ends a silent connection at both ends, keepAlive keeps it', async () => {
  const silent = await Pair.open({ maxIdleTimeout: 3000 });
  const kept = await Pair.open({ maxIdleTimeout: 7000 }, { keepAlive: 1500 });
  for (const end of [silent.client, silent.peer]) {
    const expected = { by: 'timeout', error: { code: 'ERR_QUIC_IDLE_TIMEOUT' } };
    expect(await end.closed).toMatchObject(expected);
  }
  await delay(8000);
  expect((await roundTrip(kept)).toString()).toBe('x');
  await silent.close();
  await kept.close();
});

test('handshakeTimeout ends a client to which nobody answers', async () => {
  const silent = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address();
  const options = { alpn: 'a', handshakeTimeout: 300, maxIdleTimeout: 60_000 };
  const error = await failure(connect(`127.0.0.1:${port}`, options));
  expect(error).toMatchObject({
    code: 'ERR_QUIC_CONNECTION_FAILED',
    message: 'the handshake did not complete within 300 ms',
  });
  silent.close();
});

test.each([
  ['cubic', CongestionAlgorithm.CUBIC],
  ['reno', CongestionAlgorithm.RENO],
] as const)(
  'congestion: %s, version and keepAlive are what the sockets are told',
  async (congestion, number) => {
    const setConfig = jest.spyOn(QuicSocket.prototype, 'setConfig');
    const options = { congestion, keepAlive: 2000, version: 2 } as const;
    const pair = await Pair.open(options, options);
    for (const socket of setConfig.mock.contexts as QuicSocket[]) {
      if (socket.descriptor.closed) continue;
      expect(socket.config()).toMatchObject({
        congestionControlAlgo: number,
        keepaliveProbeInterval: 2_000_000,
        version: QuicVersion.V2,
      });
    }
    expect(setConfig).toHaveBeenCalledTimes(2);
    setConfig.mockRestore();
    await pair.close();
  },
);
