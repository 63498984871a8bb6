// SPDX-License-Identifier: MIT
//
// node:diagnostics_channel: who watches sees connections and streams that others made.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect, listen } from '../../lib/index.js';
import { authority } from './support/certs.js';
import { Pair, clientOptions, failure, handshakeError, serverOptions } from './support/pair.js';

const NAMES = [
  'kquic:server:listen',
  'kquic:server:close',
  'kquic:handshake:error',
  'kquic:connection:open',
  'kquic:connection:close',
  'kquic:stream:open',
  'kquic:stream:close',
] as const;

type Message = Record<string, unknown>;

let messages: [name: string, message: Message][];

function note(message: unknown, name: string | symbol): void {
  messages.push([String(name), message as Message]);
}

function of(name: (typeof NAMES)[number]): Message[] {
  return messages.filter(([one]) => one === name).map(([, message]) => message);
}

beforeEach(() => {
  messages = [];
  for (const name of NAMES) subscribe(name, note);
});

afterEach(() => {
  for (const name of NAMES) unsubscribe(name, note);
});

test('servers, connections and streams, from their beginning to their end', async () => {
  const pair = await Pair.open();
  const { server, client, peer } = pair;
  expect(of('kquic:server:listen')).toEqual([{ server }]);
  expect(of('kquic:connection:open').map(({ connection }) => connection)).toEqual(
    expect.arrayContaining([client, peer]),
  );

  const { near, far } = await pair.bidi('x');
  expect(of('kquic:stream:open')).toEqual([{ stream: near }, { stream: far }]);
  expect(of('kquic:stream:close')).toEqual([]);

  const info = await client.close({ code: 4 });
  const there = await peer.closed;
  expect(of('kquic:stream:close').map(({ stream }) => stream)).toEqual([near, far]);
  expect(of('kquic:connection:close')).toEqual([
    { connection: client, info },
    { connection: peer, info: there },
  ]);
  await server.close();
  expect(of('kquic:server:close')).toEqual([{ server }]);
});

test('handshakes that fail, at both ends', async () => {
  const server = await listen(serverOptions());
  const atServer = handshakeError(server);
  const error = await failure(connect(clientOptions(server, { ca: authority('stranger') })));
  const there = await atServer;
  const { address, port } = server.address();
  const seen = of('kquic:handshake:error');
  expect(seen).toHaveLength(2);
  expect(seen).toContainEqual({ error, remote: { address, port } });
  expect(seen).toContainEqual({ error: there, remote: expect.anything() as unknown, server });
  expect(of('kquic:connection:open')).toEqual([]);
  await server.close();
});
