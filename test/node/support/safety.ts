// SPDX-License-Identifier: MIT
//
// Scenarios for 62.safety.test.ts, one after the other in one process: what each leaves behind is printed
// as a line of JSON.
import { setTimeout as delay } from 'node:timers/promises';
import { connect, listen, type QuicConnection } from '../../../lib/index.js';
import {
  CryptoLevel,
  MsgFlag,
  QuicSocket,
  clientHandshake,
  type ReceivedMessage,
} from '../../../lib/socket/index.js';
import { authority } from './certs.js';
import { leftovers, noteRejections } from './leftovers.js';
import { ALPN, Pair, clientOptions, next, serverOptions } from './pair.js';

const ignored = (): undefined => undefined;

/** A raw client and a server of the public API; `play` is what the client does to it. */
async function attack(
  play: (socket: QuicSocket, port: number) => Promise<void>,
  onConnection: (connection: QuicConnection) => unknown = ignored,
): Promise<void> {
  const server = await listen(serverOptions(), onConnection);
  const socket = QuicSocket.open(4);
  try {
    socket.connect('127.0.0.1', server.address().port);
    await play(socket, server.address().port);
  } finally {
    socket.close();
    await server.close({ timeout: 50 });
  }
}

async function establish(socket: QuicSocket): Promise<void> {
  await clientHandshake(socket, { alpn: ALPN, servername: 'localhost', ca: authority('ca') });
}

/** A raw server that treats its client as `play` says, and what connect() makes of it. */
async function betray(play: (socket: QuicSocket) => void | Promise<void>): Promise<void> {
  const listener = QuicSocket.open(4);
  listener.bind('127.0.0.1', 0);
  listener.listen(4);
  const { port } = listener.localAddress();
  const options = { alpn: ALPN, ca: authority('ca'), handshakeTimeout: 5000 };
  const client = connect(`127.0.0.1:${port}`, options).then((connection) => {
    connection.destroy();
    throw new Error('it connected');
  }, ignored);
  const socket = await listener.waitAccept();
  await play(socket);
  await client;
  socket.close();
  listener.close();
}

const garbage = (length: number): Buffer => Buffer.alloc(length, 0xa5);

const SCENARIOS: Record<string, () => Promise<void>> = {
  async 'a client that sends garbage as ClientHello'() {
    await attack(async (socket) => {
      await socket.waitSend(garbage(300), { handshake: { level: CryptoLevel.INITIAL } });
      await delay(50);
    });
  },

  async 'a client that sends a ClientHello without an end'() {
    await attack(async (socket) => {
      const head = Buffer.concat([Buffer.of(1, 0, 255, 255, 3, 3), garbage(500)]);
      await socket.waitSend(head, { handshake: { level: CryptoLevel.INITIAL } });
      await delay(50);
    });
  },

  async 'a client that vanishes after its ClientHello'() {
    const server = await listen(serverOptions());
    const abort = new AbortController();
    const client = connect(clientOptions(server, { signal: abort.signal })).then(
      (connection) => connection.destroy(),
      ignored,
    );
    setImmediate(() => {
      abort.abort();
    });
    await client;
    await server.close({ timeout: 0 });
  },

  async 'a client that closes during the handshake'() {
    await attack(async (socket) => {
      const handshake = establish(socket).catch(ignored);
      await delay(1);
      socket.close();
      await handshake;
    });
  },

  async 'a client that sends handshake messages when it is established'() {
    await attack(async (socket) => {
      await establish(socket);
      await socket.waitSend(garbage(100), { handshake: { level: CryptoLevel.HANDSHAKE } });
      // The server may have closed by then.
      await socket.waitSend(garbage(100), { handshake: { level: CryptoLevel.APP } }).catch(ignored);
      await delay(50);
    });
  },

  async 'a client that resets and stops whatever there is'() {
    await attack(
      async (socket) => {
        await establish(socket);
        for (const id of [0, 4, 8, 12]) {
          await socket.waitSend('request', { stream: { id, flags: MsgFlag.STREAM_NEW } });
          if (id !== 4) socket.resetStream(id, id);
          if (id !== 8) socket.stopSending(id, id);
        }
        await delay(50);
        socket.setConnectionClose({ errcode: 0xffffffff, phrase: 'x'.repeat(63) });
      },
      (connection) => {
        connection.on('stream', (stream) => {
          if (stream.direction === 'bidi') stream.pipe(stream);
        });
      },
    );
  },

  async 'a client that opens streams and says nothing on them'() {
    await attack(async (socket) => {
      await establish(socket);
      await socket.waitSend('', {
        stream: { id: 40, flags: MsgFlag.STREAM_NEW | MsgFlag.STREAM_FIN },
      });
      await delay(50);
    });
  },

  async 'a server that closes at once'() {
    await betray((socket) => {
      socket.close();
    });
  },

  async 'a server that answers with garbage'() {
    await betray(async (socket) => {
      const hello: ReceivedMessage = await socket.waitReceive();
      await socket.waitSend(hello.data, { handshake: { level: CryptoLevel.INITIAL } });
    });
  },

  async 'a server that never answers'() {
    await betray(() => delay(50));
  },

  async 'a server that closes with an error during the handshake'() {
    await betray(async (socket) => {
      await socket.waitReceive();
      socket.setConnectionClose({ errcode: 0x128, phrase: 'no' });
      socket.shutdown(2);
    });
  },

  async 'a server closed while handshakes are in flight'() {
    const server = await listen(serverOptions());
    const clients = [1, 2, 3, 4].map(() =>
      connect(clientOptions(server, { handshakeTimeout: 5000 })).then(
        (connection) => connection.destroy(),
        ignored,
      ),
    );
    await delay(2);
    await server.close({ timeout: 0 });
    await Promise.all(clients);
  },

  async 'closing twice, in every order'() {
    for (const order of ['cps', 'csp', 'pcs', 'psc', 'scp', 'spc'].map((text) => text.split(''))) {
      const pair = await Pair.open();
      await pair.bidi('x');
      const end: Record<string, () => unknown> = {
        c: () => pair.client.close({ timeout: 0 }),
        p: () => pair.peer.close({ timeout: 0 }),
        s: () => pair.server.close({ timeout: 0 }),
      };
      const all = order.flatMap((who) => [end[who]?.(), end[who]?.()]);
      pair.client.destroy();
      pair.peer.destroy(new Error('again'));
      await Promise.all(all);
    }
  },

  async 'streams whose connection goes under them'() {
    const pair = await Pair.open();
    const { near, far } = await pair.bidi('x');
    const uni = await pair.client.createUnidirectionalStream();
    const pending = [
      near.send(Buffer.alloc(5_000_000)),
      uni.send(Buffer.alloc(5_000_000)),
      near.bytes(),
      far.bytes(),
      pair.client.request('question'),
      next(pair.client),
    ].map((promise) => promise.catch(ignored));
    pair.peer.destroy(new Error('gone'));
    await Promise.all(pending);
    await pair.close();
  },
};

async function main(): Promise<void> {
  // What stays for good: the addon, its threads, libuv's descriptors.
  const warmUp = await Pair.open();
  await warmUp.close();
  noteRejections();
  for (const [scenario, play] of Object.entries(SCENARIOS)) {
    console.log(JSON.stringify({ scenario, ...(await leftovers(play)) }));
  }
}

void main();
