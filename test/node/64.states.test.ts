// SPDX-License-Identifier: MIT
//
// Each member of a connection and of a server in each state: it works, or fails with an error that says why.
// A rejection that nobody handles fails a test by itself.
import * as fs from 'node:fs';
import { once } from 'node:events';
import { QuicConnection, QuicServer, connect, listen } from '../../lib/index.js';
import { native } from '../../lib/native.js';
import { identity } from './support/certs.js';
import { ALPN, Pair, clientOptions, serverOptions } from './support/pair.js';
import { all, members, outcomes, type Calls, type Outcomes } from './support/states.js';

const CONNECTION: Calls<QuicConnection> = {
  role: (c) => c.role,
  opened: (c) => c.opened,
  closed: async (c) => (await c.closed).by,
  alpn: (c) => c.alpn,
  servername: (c) => c.servername,
  cipher: (c) => typeof c.cipher,
  authorized: (c) => c.authorized,
  peerCertificate: (c) => typeof c.peerCertificate,
  sessionReused: (c) => typeof c.sessionReused,
  earlyDataAccepted: (c) => typeof c.earlyDataAccepted,
  local: (c) => c.local.address,
  remote: (c) => c.remote.address,
  maxDatagramSize: (c) => c.maxDatagramSize > 0,
  sendDatagram: (c) => c.sendDatagram('x'),
  datagrams: async (c) => (await c.datagrams().next()).done,
  stats: (c) => typeof c.stats().rtt,
  ref: (c) => c.ref() === c,
  unref: (c) => c.unref() === c,
  updateKey: (c) => {
    c.updateKey();
  },
  migrate: (c) => c.migrate({ address: '127.0.0.1' }),
  createBidirectionalStream: async (c) => (await c.createBidirectionalStream()).direction,
  createUnidirectionalStream: async (c) => (await c.createUnidirectionalStream()).direction,
  request: async (c) => (await c.request('x')).toString(),
  'Symbol.asyncIterator': async (c) => (await c[Symbol.asyncIterator]().next()).done,
  detach: (c) => {
    fs.closeSync(c.detach());
  },
  close: async (c) => (await c.close()).by,
  'Symbol.asyncDispose': (c) => c[Symbol.asyncDispose](),
  destroy: (c) => c.destroy() === c,
};

/** What a client knows in any state. */
const FACTS: Outcomes = {
  role: 'client',
  alpn: ALPN,
  servername: 'localhost',
  cipher: 'string',
  authorized: 'true',
  peerCertificate: 'object',
  sessionReused: 'boolean',
  earlyDataAccepted: 'boolean',
  local: '127.0.0.1',
  remote: '127.0.0.1',
  stats: 'number',
  ref: 'true',
  unref: 'true',
  destroy: 'true',
};

/** Without what would end the waiting of the other rows. */
const PATIENT: Calls<QuicConnection> = { ...CONNECTION };
delete PATIENT['destroy'];

/** Everything else fails with `error`, or says that it is over. */
function over(by: string, error: string): Outcomes {
  return all(CONNECTION, error, {
    ...FACTS,
    opened: 'works',
    closed: by,
    maxDatagramSize: 'false',
    sendDatagram: 'false',
    datagrams: 'true',
    'Symbol.asyncIterator': 'true',
    close: by,
    'Symbol.asyncDispose': 'works',
  });
}

function echo(connection: QuicConnection): void {
  connection.on('stream', (stream) => {
    if (stream.direction === 'bidi') stream.pipe(stream);
  });
}

describe('a connection', () => {
  test('the tables have a row for every member', () => {
    const rows = (calls: object): string[] => Object.keys(calls).sort();
    const connection = [...members(QuicConnection.prototype), 'role', 'opened', 'closed'].sort();
    expect(rows(CONNECTION)).toEqual(connection);
    expect(rows(SERVER)).toEqual(members(QuicServer.prototype));
  });

  test('that is open', async () => {
    const pairs: Pair[] = [];
    const open = async (): Promise<QuicConnection> => {
      const pair = await Pair.open();
      pairs.push(pair);
      echo(pair.peer);
      // The handshake is confirmed when the answer is there.
      await pair.client.request('x');
      return pair.client;
    };
    const shared = await open();
    const ends = ['detach', 'close', 'Symbol.asyncDispose', 'destroy'];
    const expected: Outcomes = {
      ...FACTS,
      opened: 'works',
      closed: 'waits',
      maxDatagramSize: 'true',
      sendDatagram: 'true',
      datagrams: 'waits',
      updateKey: 'works',
      migrate: 'works',
      createBidirectionalStream: 'bidi',
      createUnidirectionalStream: 'uni',
      request: 'x',
      'Symbol.asyncIterator': 'waits',
      detach: 'works',
      close: 'local',
      'Symbol.asyncDispose': 'works',
    };
    const found = await outcomes(
      CONNECTION,
      expected,
      (name) => (ends.includes(name) ? open() : shared),
      () => Promise.all(pairs.map((pair) => pair.close())),
    );
    expect(found).toEqual(expected);
  });

  test('that sends early data, its handshake under way', async () => {
    let answer: () => void = () => undefined;
    let gate: Promise<void> = Promise.resolve();
    const server = await listen({
      ...serverOptions({ earlyData: true }),
      sni: async () => {
        await gate;
        return identity('server');
      },
    });
    const first = await connect(clientOptions(server));
    const [session] = (await once(first, 'session')) as [Buffer];
    await first.close();
    gate = new Promise((resolve) => {
      answer = resolve;
    });
    const client = await connect(clientOptions(server, { session, earlyData: true }));
    const expected = all(PATIENT, '', {
      ...FACTS,
      peerCertificate: 'undefined',
      opened: 'waits',
      closed: 'waits',
      maxDatagramSize: 'true',
      sendDatagram: 'true',
      datagrams: 'waits',
      updateKey: 'ERR_INVALID_STATE: the handshake is not complete',
      migrate: 'waits',
      createBidirectionalStream: 'bidi',
      createUnidirectionalStream: 'uni',
      request: 'waits',
      'Symbol.asyncIterator': 'waits',
      detach: 'ERR_INVALID_STATE: the handshake is not complete',
      close: 'waits',
      'Symbol.asyncDispose': 'waits',
    });
    const found = await outcomes(
      PATIENT,
      expected,
      () => client,
      async () => {
        answer();
        client.destroy();
        await server.close({ timeout: 0 });
      },
    );
    expect(found).toEqual(expected);
  });

  test('that waits for its last bytes to be acknowledged', async () => {
    const pair = await Pair.open({ maxData: 65_536, maxStreamData: 65_536 });
    const stream = await pair.client.createUnidirectionalStream();
    stream.end(Buffer.alloc(1_000_000));
    void pair.client.close({ timeout: 170_000 });
    const closing = 'ERR_QUIC_CLOSED: the connection is being closed by this end';
    const expected = all(PATIENT, '', {
      ...FACTS,
      opened: 'works',
      closed: 'waits',
      maxDatagramSize: 'true',
      sendDatagram: 'true',
      datagrams: 'waits',
      updateKey: 'works',
      migrate: 'works',
      createBidirectionalStream: closing,
      createUnidirectionalStream: closing,
      request: closing,
      'Symbol.asyncIterator': 'waits',
      detach:
        'ERR_INVALID_STATE: the connection has open streams: detach() it before the first or after the last',
      close: 'waits',
      'Symbol.asyncDispose': 'waits',
    });
    const found = await outcomes(
      PATIENT,
      expected,
      () => pair.client,
      () => pair.close(),
    );
    expect(found).toEqual(expected);
  });

  const ENDS: Record<string, [Outcomes, (pair: Pair) => unknown]> = {
    'that this end closed': [
      over('local', 'ERR_QUIC_CLOSED: the connection was closed by this end'),
      ({ client }) => client.close({ code: 3 }),
    ],
    'that this end destroyed with an error': [
      over('local', 'ERR_QUIC_CLOSED: the connection was destroyed: mine'),
      ({ client }) => client.destroy(new Error('mine')),
    ],
    'that this end gave away': [
      over('local', 'ERR_QUIC_CLOSED: the connection was given away with detach()'),
      ({ client }) => {
        fs.closeSync(client.detach());
      },
    ],
    'that the peer closed': [
      over('peer', 'ERR_QUIC_CLOSED: the connection was closed by the peer'),
      ({ peer }) => peer.close(),
    ],
    'that the peer closed with a code': [
      over('peer', 'ERR_QUIC_APPLICATION_ERROR: the peer closed the connection (code 3): why'),
      ({ peer }) => peer.close({ code: 3, reason: 'why' }),
    ],
    'whose peer fell silent': [
      over(
        'timeout',
        'ERR_QUIC_IDLE_TIMEOUT: the peer has fallen silent: the idle timeout expired',
      ),
      () => undefined,
    ],
  };

  test.each(Object.keys(ENDS))('%s', async (state) => {
    const [expected, enter] = ENDS[state] ?? [];
    const silent = state === 'whose peer fell silent';
    const pair = await Pair.open(silent ? { maxIdleTimeout: 3000 } : {});
    await enter?.(pair);
    await pair.client.closed;
    const found = await outcomes(
      CONNECTION,
      expected ?? {},
      () => pair.client,
      () => pair.close(),
    );
    expect(found).toEqual(expected);
  });

  // The kernel knows, and the event loop has not come to say so: what is called then fails as it does later.
  test('that the peer has closed, a moment before this end hears of it', async () => {
    const pairs: Pair[] = [];
    const closed = 'ERR_QUIC_CLOSED: the connection was closed by the peer';
    const expected: Outcomes = {
      ...over('peer', closed),
      // What an heir does not know.
      servername: 'works',
      authorized: 'false',
      peerCertificate: 'undefined',
      maxDatagramSize: 'true',
      updateKey: 'ERR_QUIC_CLOSED: the connection has ended',
      detach: 'works',
      close: 'local',
    };
    const found = await outcomes(
      CONNECTION,
      expected,
      async () => {
        const pair = await Pair.open();
        pairs.push(pair);
        const fd = pair.client.detach();
        const heir = QuicConnection.fromFd(fd);
        pair.peer.destroy();
        const tick = new Int32Array(new SharedArrayBuffer(4));
        while (typeof native().getpeername(fd) !== 'number') Atomics.wait(tick, 0, 0, 1);
        return heir;
      },
      () => Promise.all(pairs.map((pair) => pair.close())),
    );
    expect(found).toEqual(expected);
  });
});

const SERVER: Calls<QuicServer> = {
  fd: (s) => s.fd >= 0,
  listening: (s) => s.listening,
  connections: (s) => s.connections,
  address: (s) => s.address().address,
  setSecureContext: (s) => {
    s.setSecureContext(identity('server'));
  },
  ref: (s) => s.ref() === s,
  unref: (s) => s.unref() === s,
  'Symbol.asyncIterator': async (s) => (await s[Symbol.asyncIterator]().next()).done,
  close: (s) => s.close(),
  'Symbol.asyncDispose': (s) => s[Symbol.asyncDispose](),
};

describe('a server', () => {
  const STATES: Record<string, [Outcomes, (pair: Pair) => unknown]> = {
    'that listens': [
      {
        fd: 'true',
        listening: 'true',
        connections: '1',
        'Symbol.asyncIterator': 'waits',
        close: 'waits',
        'Symbol.asyncDispose': 'waits',
      },
      () => undefined,
    ],
    'that waits for its connections to end': [
      {
        fd: 'false',
        listening: 'false',
        connections: '1',
        'Symbol.asyncIterator': 'true',
        close: 'waits',
        'Symbol.asyncDispose': 'waits',
      },
      ({ server }) => void server.close(),
    ],
    'that is closed': [
      {
        fd: 'false',
        listening: 'false',
        connections: '0',
        'Symbol.asyncIterator': 'true',
        close: 'works',
        'Symbol.asyncDispose': 'works',
      },
      ({ server }) => server.close({ timeout: 0 }),
    ],
  };

  test.each(Object.keys(STATES))('%s', async (state) => {
    const [others, enter] = STATES[state] ?? [];
    const expected = all(SERVER, 'works', {
      address: '127.0.0.1',
      ref: 'true',
      unref: 'true',
      ...others,
    });
    const pair = await Pair.open();
    await enter?.(pair);
    const found = await outcomes(
      SERVER,
      expected,
      () => pair.server,
      () => pair.close(),
    );
    expect(found).toEqual(expected);
  });
});
