// SPDX-License-Identifier: MIT
//
// Each member of a stream in each state: it works, or fails with an error that says why.
// A rejection that nobody handles fails a test by itself.
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { QuicStream, ReceiveStream, SendStream } from '../../lib/index.js';
import { Pair, next } from './support/pair.js';
import { all, members, outcomes, type Calls, type Outcomes } from './support/states.js';

type Sender = QuicStream | SendStream;
type Receiver = QuicStream | ReceiveStream;
type Stream = QuicStream | SendStream | ReceiveStream;

const FILE = path.join(process.env['KQUIC_TEST_CERTS'] ?? '', 'ca.crt');

type Done = (error?: Error | null) => void;

function calledBack(start: (done: Done) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

const SENDS: Calls<Sender> = {
  setPriority: (s) => {
    s.setPriority(1);
  },
  write: (s) => calledBack((done) => s.write('1', done)),
  send: (s) => s.send('1'),
  sendFile: (s) => s.sendFile(FILE, { length: 1 }),
  end: (s) => calledBack((done) => s.end(done)),
  reset: (s) => {
    s.reset(1);
  },
};

const RECEIVES: Calls<Receiver> = {
  early: (s) => s.early,
  bytes: async (s) => (await s.bytes()).toString(),
  text: (s) => s.text(),
  json: (s) => s.json<number>(),
  'Symbol.asyncIterator': async (s) => String((await s[Symbol.asyncIterator]().next()).value),
  stopSending: (s) => {
    s.stopSending(1);
  },
};

const BOTH: Calls<Stream> = {
  id: (s) => typeof s.id,
  connection: (s) => typeof s.connection,
  initiator: (s) => s.initiator,
  direction: (s) => s.direction,
  toWeb: (s) => typeof s.toWeb(),
  destroy: (s) => s.destroy() === s,
  'Symbol.asyncDispose': (s) => s[Symbol.asyncDispose](),
};

/** These change nothing, and share a stream. */
const HARMLESS = ['setPriority', 'early', 'id', 'connection', 'initiator', 'direction'];

/** What does not depend on the state. */
const ALWAYS: Outcomes = {
  setPriority: 'works',
  reset: 'works',
  early: 'false',
  stopSending: 'works',
  id: 'number',
  connection: 'object',
  toWeb: 'object',
  destroy: 'true',
  'Symbol.asyncDispose': 'works',
};

const SENDING = { write: 'works', send: 'works', sendFile: '1', end: 'works' };
const AFTER_END = 'ERR_STREAM_WRITE_AFTER_END: write after end';
const FINISHED = {
  write: AFTER_END,
  send: AFTER_END,
  sendFile: AFTER_END,
  end: 'ERR_STREAM_ALREADY_FINISHED: Cannot call end after a stream was finished',
};

/** The stream is destroyed; `error` is what the peer or the network did. */
function notSending(error?: string): Outcomes {
  const cannot = (call: string): string =>
    `ERR_STREAM_DESTROYED: Cannot call ${call} after a stream was destroyed`;
  return {
    write: cannot('write'),
    send: error ?? cannot('write'),
    sendFile: error ?? cannot('write'),
    end: error === undefined ? 'ERR_QUIC_CLOSED: the stream was destroyed' : cannot('end'),
  };
}

const READING: Outcomes = {
  bytes: 'waits',
  text: 'waits',
  json: 'waits',
  'Symbol.asyncIterator': 'waits',
};
const COMPLETE: Outcomes = { bytes: '1', text: '1', json: '1', 'Symbol.asyncIterator': '1' };

function notReading(error = 'ERR_STREAM_PREMATURE_CLOSE: Premature close'): Outcomes {
  return { bytes: error, text: error, json: error, 'Symbol.asyncIterator': error };
}

/** What was wanted by nobody, on a stream that goes on in the other direction. */
const CUT: Outcomes = {
  ...notReading('ERR_QUIC_CLOSED: stopSending() ended the reading of stream N'),
  'Symbol.asyncIterator': 'undefined',
};

const RESET = 'ERR_QUIC_STREAM_RESET: the peer reset stream N (code 3)';
const ANSWERED = 'ERR_QUIC_STREAM_RESET: the peer reset stream N (code 0)';
const STOPPED = 'ERR_QUIC_STREAM_STOPPED: the peer stopped reading stream N (code 3)';
const CLOSED = 'ERR_QUIC_APPLICATION_ERROR: the peer closed the connection (code 3): why';

interface Ends<T extends Stream> {
  near: T;
  far: Stream;
}

async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await delay(2);
}

/** A stream in its state, with what its calls do in it. */
interface State<T extends Stream> {
  expected: Outcomes;
  /** Of each stream. */
  enter?: (ends: Ends<T>) => unknown;
  /** Of the connection, when all streams are open. */
  end?: (pair: Pair) => unknown;
}

const ignored = (): void => undefined;

/** Runs a table on streams of one connection. */
async function check<T extends Stream>(
  calls: Calls<T>,
  { expected: others, enter = ignored, end }: State<T>,
  open: (pair: Pair) => Promise<Ends<T>>,
): Promise<void> {
  const expected = all(calls, '', { ...ALWAYS, ...others });
  const pair = await Pair.open();
  const ready = async (): Promise<T> => {
    const ends = await open(pair);
    for (const stream of [ends.near, ends.far]) stream.on('error', ignored);
    await enter(ends);
    return ends.near;
  };
  const shared = await ready();
  const streams = new Map<string, T>();
  if (end !== undefined) {
    for (const name of Object.keys(calls)) {
      streams.set(name, HARMLESS.includes(name) ? shared : await ready());
    }
    await end(pair);
    await pair.client.closed;
    await pair.peer.closed;
  }
  const found = await outcomes(
    calls,
    expected,
    (name) => streams.get(name) ?? (HARMLESS.includes(name) ? shared : ready()),
    () => pair.close(),
  );
  expect(found).toEqual(expected);
}

const CONNECTION_ENDS = {
  closed: (pair: Pair) => pair.peer.close({ code: 3, reason: 'why' }),
  destroyed: (pair: Pair) => pair.client.destroy(new Error('mine')),
};
const DESTROYED = 'ERR_QUIC_CLOSED: the connection was destroyed: mine';

test('the tables have a row for every member', () => {
  const internal = ['sendingOver', 'sendingStopped', 'receivingOver'];
  // Those of the object itself, and of Node's that a state says something about.
  const inherited = ['connection', 'destroy', 'direction', 'id', 'initiator'];
  const rows = (...calls: object[]): string[] =>
    calls.flatMap((table) => Object.keys(table)).sort();
  const of = (prototype: object, ...more: string[]): string[] =>
    [...new Set([...members(prototype, internal), ...inherited, ...more])].sort();
  expect(rows(SENDS, BOTH)).toEqual(of(SendStream.prototype, 'write'));
  expect(rows(RECEIVES, BOTH)).toEqual(
    of(ReceiveStream.prototype, 'early', 'Symbol.asyncIterator'),
  );
  expect(rows(SENDS, RECEIVES, BOTH)).toEqual(of(QuicStream.prototype, 'early', 'write'));
});

describe('a unidirectional stream to the peer', () => {
  const local = { initiator: 'local', direction: 'uni' };
  const STATES: Record<string, State<SendStream>> = {
    'that is open': { expected: SENDING },
    'that was ended': {
      expected: FINISHED,
      enter: ({ near }) => calledBack((done) => near.end(done)),
    },
    'that this end reset': {
      expected: notSending(),
      enter: ({ near }) => {
        near.reset(3);
      },
    },
    'that the peer stopped': {
      expected: notSending(STOPPED),
      enter: ({ near, far }) => {
        if (far.direction === 'bidi' || far instanceof ReceiveStream) far.stopSending(3);
        return until(() => near.destroyed);
      },
    },
    'that was destroyed': { expected: notSending(), enter: ({ near }) => near.destroy() },
    'that was destroyed with an error': {
      expected: {
        ...notSending(),
        end: 'ERR_STREAM_DESTROYED: Cannot call end after a stream was destroyed',
      },
      enter: ({ near }) => near.destroy(new Error('mine')),
    },
    'whose connection the peer closed': {
      expected: notSending(CLOSED),
      end: CONNECTION_ENDS.closed,
    },
    'whose connection was destroyed': {
      expected: notSending(DESTROYED),
      end: CONNECTION_ENDS.destroyed,
    },
  };

  test.each(Object.keys(STATES))('%s', async (name) => {
    const state = STATES[name] ?? { expected: {} };
    const expected = { ...local, ...state.expected };
    await check<SendStream>({ ...SENDS, ...BOTH }, { ...state, expected }, async (pair) => {
      const near = await pair.client.createUnidirectionalStream();
      near.write('1');
      return { near, far: await next(pair.peer) };
    });
  });
});

describe('a unidirectional stream of the peer', () => {
  const remote = { initiator: 'peer', direction: 'uni' };
  const STATES: Record<string, State<ReceiveStream>> = {
    'that is open': { expected: { ...READING, 'Symbol.asyncIterator': '1' } },
    'that the peer ended': {
      expected: COMPLETE,
      enter: ({ far }) => {
        if (far instanceof SendStream) far.end();
      },
    },
    'that the peer reset': {
      expected: notReading(RESET),
      enter: ({ near, far }) => {
        if (far instanceof SendStream) far.reset(3);
        return until(() => near.destroyed);
      },
    },
    'that this end stopped': {
      expected: notReading(),
      enter: ({ near }) => {
        near.stopSending(3);
      },
    },
    'that was destroyed': { expected: notReading(), enter: ({ near }) => near.destroy() },
    'that was destroyed with an error': {
      expected: notReading('Error: mine'),
      enter: ({ near }) => near.destroy(new Error('mine')),
    },
    'whose connection the peer closed': {
      expected: notReading(CLOSED),
      end: CONNECTION_ENDS.closed,
    },
    'whose connection was destroyed': {
      expected: notReading(DESTROYED),
      end: CONNECTION_ENDS.destroyed,
    },
  };

  test.each(Object.keys(STATES))('%s', async (name) => {
    const state = STATES[name] ?? { expected: {} };
    const expected = { ...remote, ...state.expected };
    await check<ReceiveStream>({ ...RECEIVES, ...BOTH }, { ...state, expected }, async (pair) => {
      const far = await pair.peer.createUnidirectionalStream();
      far.write('1');
      return { near: (await next(pair.client)) as ReceiveStream, far };
    });
  });
});

describe('a bidirectional stream', () => {
  const local = { initiator: 'local', direction: 'bidi' };
  const bidi = (far: Stream): QuicStream => far as QuicStream;
  const STATES: Record<string, State<QuicStream>> = {
    'that is open': { expected: { ...SENDING, ...READING } },
    'that was ended': {
      expected: { ...FINISHED, ...READING },
      enter: ({ near }) => calledBack((done) => near.end(done)),
    },
    'that the peer ended': {
      expected: { ...SENDING, ...COMPLETE },
      enter: ({ far }) => bidi(far).end('1'),
    },
    // Reading goes on; the peer's Duplex, which is destroyed by the reset, answers with one.
    'that this end reset': {
      expected: {
        ...notReading(ANSWERED),
        write: ANSWERED,
        send: 'ERR_QUIC_STREAM_RESET: stream N was reset by this end',
        sendFile: 'ERR_QUIC_STREAM_RESET: stream N was reset by this end',
        end: ANSWERED,
      },
      enter: ({ near }) => {
        near.reset(3);
      },
    },
    'that the peer reset': {
      expected: { ...notSending(RESET), ...notReading(RESET) },
      enter: ({ near, far }) => {
        bidi(far).reset(3);
        return until(() => near.destroyed);
      },
    },
    'that this end stopped': {
      expected: { ...SENDING, ...CUT },
      enter: ({ near, far }) => {
        // Whoever reads goes on when nobody reads what it writes.
        bidi(far).resume();
        near.stopSending(3);
      },
    },
    'that was destroyed': {
      expected: { ...notSending(), ...notReading() },
      enter: ({ near }) => near.destroy(),
    },
    'that was destroyed with an error': {
      expected: {
        ...notSending(),
        end: 'ERR_STREAM_DESTROYED: Cannot call end after a stream was destroyed',
        ...notReading('Error: mine'),
      },
      enter: ({ near }) => near.destroy(new Error('mine')),
    },
    'whose connection the peer closed': {
      expected: { ...notSending(CLOSED), ...notReading(CLOSED) },
      end: CONNECTION_ENDS.closed,
    },
    'whose connection was destroyed': {
      expected: { ...notSending(DESTROYED), ...notReading(DESTROYED) },
      end: CONNECTION_ENDS.destroyed,
    },
  };

  test.each(Object.keys(STATES))('%s', async (name) => {
    const state = STATES[name] ?? { expected: {} };
    const expected = { ...local, ...state.expected };
    await check<QuicStream>({ ...SENDS, ...RECEIVES, ...BOTH }, { ...state, expected }, (pair) =>
      pair.bidi('x'),
    );
  });
});
