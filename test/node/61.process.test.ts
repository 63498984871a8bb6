// SPDX-License-Identifier: MIT
//
// What a whole process does: it lives while something is open, and no peer can end it.
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { listen } from '../../lib/index.js';
import { authority } from './support/certs.js';
import { next, serverOptions } from './support/pair.js';

const run = promisify(execFile);
const PROGRAM = path.join(__dirname, 'support/program.js');

/** Runs support/program.js; rejects unless it exits with 0. */
async function program(name: string, ...flags: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [...flags, PROGRAM, name]);
  return stdout;
}

test('P36 streams reset by the peer, with nobody listening, end nothing', async () => {
  expect(await program('reset')).toBe('alive\n');
});

test('P36 a request that the peer resets while its body is being sent ends nothing', async () => {
  expect(await program('request')).toBe('alive\n');
});

test('P36 a connection closed by the peer with an error ends nothing', async () => {
  expect(await program('close')).toBe('alive\n');
});

test('a handler of the program that throws is an uncaughtException, and bytes are not lost', async () => {
  expect(await program('throw')).toBe('caught 1, received 300000\n');
});

test('a listening server keeps the process, unref() lets it go', async () => {
  expect(await program('unref')).toBe('unref\n');
});

test('open connections at process.exit()', async () => {
  expect(await program('exit')).toBe('exit\n');
});

test('connections that were dropped are no use-after-free under gc', async () => {
  expect(await program('gc', '--expose-gc')).toBe('done\n');
});

test('a worker that ends takes its sockets with it', async () => {
  const server = await listen(serverOptions());
  const { port } = server.address();
  const accepted = next(server);
  const worker = new Worker(path.join(__dirname, 'support/worker.js'), {
    workerData: { port, ca: authority('ca') },
  });
  await once(worker, 'message');
  const connection = await accepted;
  await worker.terminate();
  expect(await connection.closed).toMatchObject({ by: 'peer', reason: 'socket closed' });
  await server.close();
});

test('a worker can listen and serve', async () => {
  const worker = new Worker(path.join(__dirname, 'support/worker.js'), {
    workerData: { self: true, certs: process.env['KQUIC_TEST_CERTS'] },
  });
  const [answer] = (await once(worker, 'message')) as [string];
  expect(answer).toBe('echo in a worker');
  await worker.terminate();
});
