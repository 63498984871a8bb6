// SPDX-License-Identifier: MIT
//
// Where nothing can happen, nothing is done: the event loop does not go round and the main thread sleeps.
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { Wakeups } from './support/blocked.js';

const run = promisify(execFile);
const PROGRAM = path.join(__dirname, 'support/blocked.js');

/** V8's own threads may wake the main thread. An endless loop goes round thousands of times. */
const OTHERS = 2;

test.each([
  ['a server that waits for clients', 'listening'],
  ['a connection with nothing to say', 'connected'],
  ['S2.41 a writer that waits for the stream’s credit', 'stream-credit'],
  ['S2.41 a writer that waits for the connection’s credit', 'connection-credit'],
  ['a reader with more unread data than it may hold', 'streams-that-nobody-takes'],
  ['a stream that waits for the peer’s permission', 'stream-limit'],
  ['two ends that write to each other and do not read', 'both-directions'],
])('%s wakes nobody', async (_who, situation) => {
  const { stdout } = await run(process.execPath, [PROGRAM, situation]);
  const { alone, blocked } = JSON.parse(stdout) as { alone: Wakeups; blocked: Wakeups };
  expect(blocked.loops - alone.loops).toBeLessThanOrEqual(OTHERS);
  expect(blocked.sleeps - alone.sleeps).toBeLessThanOrEqual(OTHERS);
});
