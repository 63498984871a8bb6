// SPDX-License-Identifier: MIT
//
// A thread or a process that was given a descriptor, for 25.fd.test.ts. As a process it has it as 3.
import { parentPort, workerData } from 'node:worker_threads';
import { QuicConnection, listen } from '../../../lib/index.js';
import { adoptOptions } from './pair.js';

interface Task {
  what: 'ask' | 'echo' | 'listen';
  fd: number;
}

async function echo(connection: QuicConnection): Promise<void> {
  for await (const stream of connection) if (stream.direction === 'bidi') stream.pipe(stream);
}

const TASKS = {
  async ask(fd: number): Promise<string> {
    await using connection = QuicConnection.fromFd(fd);
    return (await connection.request('asked by the heir')).toString();
  },

  async echo(fd: number): Promise<string> {
    await echo(QuicConnection.fromFd(fd));
    return 'over';
  },

  async listen(fd: number): Promise<string> {
    await using server = await listen(adoptOptions(fd));
    for await (const connection of server) {
      await echo(connection);
      break;
    }
    return 'served';
  },
};

async function main(): Promise<void> {
  const task = workerData as Task | null;
  if (task === null) {
    console.log(await TASKS[process.argv[2] as Task['what']](3));
    return;
  }
  parentPort?.postMessage(await TASKS[task.what](task.fd));
}

void main();
