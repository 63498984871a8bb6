// SPDX-License-Identifier: MIT
//
// Retry and tokens (RFC 9000, 8.1): what an address that nobody knows costs, and how to spare it.
import * as dgram from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, listen, type QuicServer } from '../../lib/index.js';
import { clientOptions, next, serverOptions } from './support/pair.js';

let server: QuicServer;
let relay: dgram.Socket;
/** Retry packets that came from the server: long header, type 3 (RFC 9000, 17.2.5). */
let retries: number;

/** Between client and server: it sees the packets that only a kernel sees otherwise. */
async function startRelay(): Promise<number> {
  const outside = dgram.createSocket('udp4');
  relay = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(relay, 'listening');
  let inside: AddressInfo | undefined;
  relay.on('message', (packet, from) => {
    inside = from;
    outside.send(packet, server.address().port, '127.0.0.1');
  });
  outside.on('message', (packet) => {
    if (((packet[0] ?? 0) & 0xb0) === 0xb0) retries++;
    if (inside !== undefined) relay.send(packet, inside.port, inside.address);
  });
  relay.on('close', () => outside.close());
  return relay.address().port;
}

async function start(validateAddress: boolean): Promise<number> {
  retries = 0;
  server = await listen(serverOptions({ validateAddress }));
  return startRelay();
}

afterEach(async () => {
  await server.close({ timeout: 0 });
  relay.close();
});

async function visit(port: number, token?: Uint8Array): Promise<Buffer> {
  const accepted = next(server);
  const client = await connect({ ...clientOptions(server), port, ...(token && { token }) });
  const [fresh] = (await once(client, 'token')) as [Buffer];
  client.destroy();
  await (
    await accepted
  ).closed;
  return fresh;
}

test('validateAddress: a client proves its address with a Retry, and notices nothing (S5.9)', async () => {
  const port = await start(true);
  await visit(port);
  // One for each first packet: a client repeats it when the machine is busy.
  expect(retries).toBeGreaterThan(0);
});

test('a token of an earlier connection spares the Retry (S5.28)', async () => {
  const port = await start(true);
  const token = await visit(port);
  expect(token.length).toBeGreaterThan(0);
  const before = retries;
  const next = await visit(port, Buffer.from(token.toString('base64'), 'base64'));
  expect(retries).toBe(before);
  await visit(port, next);
  expect(retries).toBe(before);
});

test('a token that is none costs the Retry, nothing else (S5.30)', async () => {
  const port = await start(true);
  await visit(port, Buffer.alloc(60, 1));
  expect(retries).toBeGreaterThan(0);
});

test('without validateAddress there is no Retry, and tokens are ignored', async () => {
  const port = await start(false);
  await visit(port);
  await visit(port, Buffer.alloc(60, 1));
  expect(retries).toBe(0);
});

test('many clients at once all get through', async () => {
  await start(true);
  const accepted = (async () => {
    let count = 0;
    for await (const connection of server) {
      connection.once('close', () => undefined);
      if (++count === 10) return count;
    }
    return count;
  })();
  const clients = await Promise.all(
    Array.from({ length: 10 }, () => connect(clientOptions(server))),
  );
  expect(await accepted).toBe(10);
  for (const client of clients) client.destroy();
});
