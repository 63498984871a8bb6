// SPDX-License-Identifier: MIT
//
// One of several listeners on a port, for 26.reuse-port.test.ts: a process of a cluster or a thread. It
// says its port, and answers each request with its own name.
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { listen } from '../../../lib/index.js';
import { serverOptions } from './pair.js';

async function main(): Promise<void> {
  const data = workerData as { port: number } | null;
  const wanted = data?.port ?? Number(process.env['KQUIC_TEST_PORT']);
  const name = parentPort === null ? `process ${process.pid}` : `thread ${threadId}`;
  const server = await listen(serverOptions({ port: wanted, reusePort: true }), (connection) => {
    connection.on('stream', (stream) => {
      if (stream.direction === 'bidi') stream.resume().end(name);
    });
  });
  const { port } = server.address();
  if (parentPort === null) process.send?.({ name, port });
  else parentPort.postMessage({ name, port });
}

void main();
