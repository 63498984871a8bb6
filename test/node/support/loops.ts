// SPDX-License-Identifier: MIT
//
// Programs for 68.loops.test.ts: the same over and over, and what of it is still there afterwards.
import { setImmediate as turn } from 'node:timers/promises';
import { connect, listen, type QuicConnection, type QuicServer } from '../../../lib/index.js';
import { collect, leftovers } from './leftovers.js';
import { Pair, clientOptions, serverOptions } from './pair.js';

type Refs = WeakRef<object>[];

function echo(connection: QuicConnection): void {
  connection.on('stream', (stream) => {
    if (stream.direction === 'bidi') stream.pipe(stream);
    else stream.resume();
  });
}

/** Four at a time. Each is a function of its own, so that no variable keeps what it made. */
async function repeat(count: number, one: () => Promise<WeakRef<object>>): Promise<Refs> {
  const refs: Refs = [];
  let left = count;
  const lane = async (): Promise<void> => {
    while (left-- > 0) refs.push(await one());
  };
  await Promise.all([1, 2, 3, 4].map(lane));
  return refs;
}

/** Ends when all are collected. */
async function collected(refs: Refs): Promise<void> {
  while (refs.some((ref) => ref.deref() !== undefined)) {
    await collect();
    await turn();
  }
}

async function visit(server: QuicServer): Promise<WeakRef<object>> {
  const client = await connect(clientOptions(server));
  await client.request('x');
  await client.close();
  return new WeakRef(client);
}

async function forget(server: QuicServer): Promise<WeakRef<object>> {
  return new WeakRef(await connect(clientOptions(server)));
}

async function serve(): Promise<WeakRef<object>> {
  const server = await listen(serverOptions());
  await server.close();
  return new WeakRef(server);
}

const PROGRAMS: Record<string, (count: number) => Promise<void>> = {
  async connections(count) {
    const server = await listen(serverOptions(), echo);
    await collected(await repeat(count, () => visit(server)));
    await server.close();
  },

  /** While their connection is open. */
  async streams(count) {
    const pair = await Pair.open();
    echo(pair.peer);
    const bidi = async (): Promise<WeakRef<object>> => {
      const stream = await pair.client.createBidirectionalStream();
      stream.resume().end('x');
      return new WeakRef(stream);
    };
    const uni = async (): Promise<WeakRef<object>> => {
      const stream = await pair.client.createUnidirectionalStream();
      await stream.send('x', { fin: true });
      return new WeakRef(stream);
    };
    const refs = [...(await repeat(count / 2, bidi)), ...(await repeat(count / 2, uni))];
    await collected(refs);
    await pair.close();
  },

  /** The event loop keeps them until their peer closes. */
  async 'forgotten connections'(count) {
    const server = await listen(serverOptions());
    const refs = await repeat(count, () => forget(server));
    await collect();
    if (refs.some((ref) => ref.deref() === undefined)) throw new Error('an open one is gone');
    await server.close({ timeout: 0 });
    await collected(refs);
  },

  async servers(count) {
    await collected(await repeat(count, serve));
  },
};

async function main(): Promise<void> {
  const [what = '', count = ''] = process.argv.slice(2);
  const program = PROGRAMS[what];
  if (program === undefined) throw new Error(`no program ${what}`);
  const warmUp = await Pair.open();
  await warmUp.close();
  console.log(JSON.stringify(await leftovers(() => program(Number(count)))));
}

void main();
