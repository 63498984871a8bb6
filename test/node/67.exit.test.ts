// SPDX-License-Identifier: MIT
//
// How programs and threads end in the middle of everything, and how often the addon can be loaded.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import { NOTHING } from './support/leftovers.js';

interface End {
  status: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** Runs a program of support/exits.ts to its end. */
async function program(what: string): Promise<End> {
  const file = path.join(__dirname, 'support/exits.js');
  const child = spawn(process.execPath, ['--expose-gc', file, what]);
  const end = { stdout: '', stderr: '' };
  child.stdout.on('data', (bytes: Buffer) => (end.stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (end.stderr += bytes.toString()));
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { status, signal, ...end };
}

describe('a process that ends with everything under way', () => {
  test('by process.exit()', async () => {
    expect(await program('exit')).toEqual({ status: 3, signal: null, stdout: '', stderr: '' });
  });

  test('by an error that nobody catches', async () => {
    const { stderr, ...end } = await program('throw');
    expect(end).toEqual({ status: 1, signal: null, stdout: '' });
    // Node's report and nothing else: no word of an assertion or of a leak.
    expect(stderr).toMatch(
      /^\S*exits\.js:\d+\n.*\n *\^\n\nError: mine\n( +at .*\n)+\nNode\.js v\S+\n$/,
    );
  });

  test.each(['kill', 'a thread kills it'])('by a signal: %s', async (what) => {
    const end = { status: null, signal: 'SIGTERM', stdout: '', stderr: '' };
    expect(await program(what)).toEqual(end);
  });

  test('while its threads are in the middle of it', async () => {
    const end = { status: 3, signal: null, stdout: '', stderr: '' };
    expect(await program('it exits over its threads')).toEqual(end);
  });
});

describe('nothing is left, and the process goes on, after', () => {
  test.each([
    ['threads that exit, throw and reject', ['3', 'mine 1', 'mine 1']],
    ['threads that are terminated', undefined],
    ['threads that are terminated inside the addon', undefined],
    ['threads one after the other, and at once', ['0', '0', '0', '0', '0']],
    ['copies of the package', 4],
    ['both formats of the package', true],
  ])('%s', async (what, result) => {
    const { stdout, ...end } = await program(what);
    expect(end).toEqual({ status: 0, signal: null, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ ...NOTHING, ...(result !== undefined && { result }) });
  });
});
