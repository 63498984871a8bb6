// SPDX-License-Identifier: MIT
//
// Programs for 67.exit.test.ts. The first argument says which; a thread gets it as its data.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { native, type HandshakeOptions } from '../../../lib/native.js';
import { leftovers } from './leftovers.js';
import { mess } from './mess.js';
import { ALPN, Pair, clientOptions, serverOptions } from './pair.js';

const load = createRequire(__filename);

async function roundTrip(): Promise<void> {
  const pair = await Pair.open();
  pair.peer.on('stream', (stream) => {
    if (stream.direction === 'bidi') stream.pipe(stream);
  });
  await pair.client.request('there and back');
  await pair.close();
}

/** How a program or a thread ends, in the middle of everything. */
const ENDS: Record<string, () => unknown> = {
  exit: () => process.exit(3),
  throw: () => {
    setImmediate(() => {
      throw new Error('mine');
    });
  },
  reject: () => void Promise.reject(new Error('mine')),
  kill: () => process.kill(process.pid, 'SIGTERM'),
};

function thread(what: string): Worker {
  return new Worker(__filename, { workerData: what });
}

/** What a thread ended with. */
function ended(worker: Worker): Promise<string> {
  const errors: string[] = [];
  worker.on('error', (error: Error) => errors.push(error.message));
  return new Promise((resolve) => {
    worker.on('exit', (status) => {
      resolve([...errors, status].join(' '));
    });
  });
}

const PROGRAMS: Record<string, () => Promise<unknown>> = {
  /** The whole process, at the hands of a thread. */
  async 'a thread kills it'() {
    return ended(thread('kill'));
  },

  async 'it exits over its threads'() {
    const workers = [thread('mess'), thread('mess')];
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    process.exit(3);
  },

  async 'threads that exit, throw and reject'() {
    return [
      await ended(thread('exit')),
      await ended(thread('throw')),
      await ended(thread('reject')),
    ];
  },

  /** When all is under way, and then anywhere from before its first line. */
  async 'threads that are terminated'() {
    const started = performance.now();
    const first = thread('mess');
    await once(first, 'message');
    const whole = performance.now() - started;
    await first.terminate();
    for (const part of [0.9, 0.75, 0.6, 0.4]) {
      const other = thread('mess');
      await delay(whole * part);
      await other.terminate();
    }
  },

  /** Node refuses what a thread asks for then, in the middle of any function of the addon. */
  async 'threads that are terminated inside the addon'() {
    for (const what of ['handshakes', 'sockets', 'loads']) {
      for (let i = 0; i < 5; i++) {
        const worker = thread(what);
        await once(worker, 'message');
        await delay(i * 10);
        await worker.terminate();
      }
    }
  },

  async 'threads one after the other, and at once'() {
    const results = [await ended(thread('round trip')), await ended(thread('round trip'))];
    const workers = [1, 2, 3].map(() => thread('round trip'));
    return [...results, ...(await Promise.all(workers.map(ended)))];
  },

  /** Each copy of the package loads the addon once more. */
  async 'copies of the package'() {
    const classes = new Set<unknown>();
    for (let i = 0; i < 4; i++) {
      for (const file of Object.keys(load.cache)) Reflect.deleteProperty(load.cache, file);
      const copy = load('./pair.js') as typeof import('./pair.js');
      classes.add(copy.Pair);
      const pair = await copy.Pair.open();
      await pair.bidi('x');
      await pair.close();
    }
    return classes.size;
  },

  /** `import` and `require` of the package are one. */
  async 'both formats of the package'() {
    const modern = await import('../../../lib/index.mjs');
    const common = load('../../../lib/index.js') as typeof import('../../../lib/index.js');
    const server = await modern.listen(serverOptions());
    const client = await common.connect(clientOptions(server));
    const same = client instanceof modern.QuicConnection;
    client.destroy();
    await server.close();
    return same;
  },
};

const THREADS: Record<string, () => unknown> = {
  async mess() {
    await mess();
    parentPort?.postMessage('all is under way');
  },
  'round trip': roundTrip,

  /** Makes handshakes that nobody starts, until it is terminated. */
  handshakes() {
    const { Credentials, Handshake } = native();
    const options: HandshakeOptions = {
      server: false,
      alpn: [ALPN],
      servername: 'localhost',
      requestCert: false,
      rejectUnauthorized: true,
      keylog: false,
      earlyData: false,
      session: undefined,
      psk: [],
      asksIdentity: false,
    };
    parentPort?.postMessage('here it comes');
    for (;;) new Handshake(0, new Credentials(), options).keylog();
  },

  /** Opens and closes sockets, until it is terminated. */
  sockets() {
    const addon = native();
    parentPort?.postMessage('here it comes');
    for (;;) {
      const sockets = Array.from({ length: 10 }, () => addon.socket(4, 2));
      for (const socket of sockets) addon.close(socket);
    }
  },

  /** Loads the addon, until it is terminated. */
  loads() {
    native();
    const addon = Object.keys(load.cache).find((file) => file.endsWith('.node'));
    parentPort?.postMessage('here it comes');
    for (;;) process.dlopen({ exports: {} }, String(addon));
  },
};

async function main(): Promise<void> {
  const what = isMainThread ? String(process.argv[2]) : String(workerData);
  const end = ENDS[what];
  if (end !== undefined) {
    await mess();
    end();
    return;
  }
  if (!isMainThread) {
    await THREADS[what]?.();
    return;
  }
  const program = PROGRAMS[what];
  if (program === undefined) throw new Error(`no program ${what}`);
  // What stays for good: the addon, its threads, libuv's descriptors.
  await roundTrip();
  if (what.includes('thread')) await ended(thread('round trip'));
  let result: unknown;
  const left = await leftovers(async () => {
    result = await program();
  });
  console.log(JSON.stringify({ ...left, ...(result !== undefined && { result }) }));
}

void main();
