// SPDX-License-Identifier: MIT
//
// The same over and over: nothing grows, and what a program forgets is collected. An open connection or
// server is kept by the event loop, not by who refers to it; one that is over is kept by nobody.
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { NOTHING } from './support/leftovers.js';

/** Runs a program of support/loops.ts. */
async function loop(what: string, count: number): Promise<unknown> {
  const file = path.join(__dirname, 'support/loops.js');
  const args = ['--expose-gc', file, what, String(count)];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

test.each([
  ['connections', 60],
  ['streams', 400],
  ['forgotten connections', 10],
  ['servers', 10],
])('%s leave nothing behind', async (what, count) => {
  expect(await loop(what, count)).toEqual(NOTHING);
});
