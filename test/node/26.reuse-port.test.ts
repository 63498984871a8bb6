// SPDX-License-Identifier: MIT
//
// Several listeners on one port: of a cluster, of threads, of protocols.
import cluster, { type Worker as ClusterWorker } from 'node:cluster';
import { once } from 'node:events';
import * as path from 'node:path';
import { Worker } from 'node:worker_threads';
import { connect, listen, type ConnectOptions } from '../../lib/index.js';
import { authority } from './support/certs.js';
import { ALPN, clientOptions, failure, next, serverOptions } from './support/pair.js';

const SHARER = path.join(__dirname, 'support/sharer.js');

interface Hello {
  name: string;
  port: number;
}

/** Who answers on a port. */
async function ask(port: number): Promise<string> {
  const options: ConnectOptions = { host: '127.0.0.1', port, servername: 'localhost', alpn: ALPN };
  await using client = await connect({ ...options, ca: authority('ca') });
  return (await client.request('who?')).toString();
}

/** Asks until everybody of `names` has answered. */
async function askAll(port: number, names: string[]): Promise<void> {
  const missing = new Set(names);
  // A listener is chosen by the client's port: 100 clients miss one of three once in 10^17 runs.
  for (let i = 0; i < 100 && missing.size > 0; i++) {
    const name = await ask(port);
    expect(names).toContain(name);
    missing.delete(name);
  }
  expect([...missing]).toEqual([]);
}

test('the workers of a cluster share the load, and the death of one leaves the others', async () => {
  cluster.setupPrimary({ exec: SHARER });
  const start = async (port: number): Promise<{ hello: Hello; worker: ClusterWorker }> => {
    const worker = cluster.fork({ KQUIC_TEST_PORT: String(port) });
    const [hello] = (await once(worker, 'message')) as [Hello];
    return { hello, worker };
  };
  const first = await start(0);
  const { port } = first.hello;
  const others = [await start(port), await start(port)];
  const workers = [first, ...others];
  await askAll(
    port,
    workers.map(({ hello }) => hello.name),
  );

  const exited = once(first.worker, 'exit');
  first.worker.process.kill('SIGKILL');
  await exited;
  await askAll(
    port,
    others.map(({ hello }) => hello.name),
  );
  for (const { worker } of others) {
    const gone = once(worker, 'exit');
    worker.process.kill();
    await gone;
  }
});

test('threads share the load', async () => {
  const start = async (port: number): Promise<{ hello: Hello; worker: Worker }> => {
    const worker = new Worker(SHARER, { workerData: { port } });
    const [hello] = (await once(worker, 'message')) as [Hello];
    return { hello, worker };
  };
  const first = await start(0);
  const second = await start(first.hello.port);
  await askAll(first.hello.port, [first.hello.name, second.hello.name]);
  await first.worker.terminate();
  await askAll(first.hello.port, [second.hello.name]);
  await second.worker.terminate();
});

describe("reusePort: 'alpn'", () => {
  test('S2.23 each listener gets the clients that speak its protocol', async () => {
    const one = await listen(serverOptions({ alpn: 'one', reusePort: 'alpn' }));
    const { port } = one.address();
    const two = await listen(serverOptions({ alpn: ['two', 'zwei'], port, reusePort: 'alpn' }));
    // F20: whoever speaks none of them.
    const rest = await listen(serverOptions({ alpn: 'rest', port, reusePort: true }));
    for (const [server, alpn] of [
      [two, 'zwei'],
      [one, 'one'],
      [rest, 'rest'],
    ] as const) {
      const accepted = next(server);
      const client = await connect(clientOptions(server, { alpn }));
      // It came to this one of the three, or the promise would wait for ever.
      expect([client.alpn, (await accepted).alpn]).toEqual([alpn, alpn]);
      await client.close();
    }
    await Promise.all([one.close(), two.close(), rest.close()]);
  });

  test('S2.19 protocols that overlap in part are EADDRINUSE', async () => {
    const one = await listen(serverOptions({ alpn: ['a', 'b'], reusePort: 'alpn' }));
    const { port } = one.address();
    const error = await failure(listen(serverOptions({ alpn: 'b', port, reusePort: 'alpn' })));
    expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'listen' });
    await one.close();
  });

  test.each([
    ['a,b', 'comma'],
    [' a', 'space'],
    ['x'.repeat(129), '128 bytes'],
  ])('S6.51 the protocol %p is refused', async (alpn, why) => {
    const error = await failure(listen(serverOptions({ alpn, reusePort: 'alpn' })));
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(error.message).toContain('"alpn"');
    expect(error.message).toContain(why);
  });
});
