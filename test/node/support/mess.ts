// SPDX-License-Identifier: MIT
//
// Whatever can be under way in a program: to see what its end makes of that.
import * as dgram from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../../../lib/index.js';
import { QuicSocket } from '../../../lib/socket/index.js';
import { authority } from './certs.js';
import { ALPN, Pair, clientOptions, next } from './pair.js';

const ignored = (): undefined => undefined;

/**
 * Streams half written and half read, of which some have sockets of their own; a file on its way; raw
 * sockets with somebody waiting; and handshakes, with this process and with a peer that never answers.
 */
export async function mess(): Promise<void> {
  const pair = await Pair.open({ maxData: 262_144, maxStreamData: 131_072 });
  for (let i = 0; i < 4; i++) {
    const { near } = await pair.bidi('x');
    near.write(Buffer.alloc(60_000));
  }
  const file = await pair.peer.createUnidirectionalStream();
  file.sendFile(process.execPath).catch(ignored);
  await next(pair.client);
  pair.client.request(Buffer.alloc(500_000)).catch(ignored);
  // What is not read is given its socket in the next rounds of the event loop.
  await delay(10);

  const raw = QuicSocket.open(4);
  raw.waitReceive().catch(ignored);
  const silent = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(silent, 'listening');
  for (let i = 0; i < 8; i++) {
    connect(clientOptions(pair.server)).catch(ignored);
    const { port } = silent.address();
    connect({ host: '127.0.0.1', port, alpn: ALPN, ca: authority('ca') }).catch(ignored);
  }
}
