// SPDX-License-Identifier: MIT
//
// When no descriptor is left.
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';

test('a server without descriptors says so, does not spin, and goes on when there are some', async () => {
  const program = path.join(__dirname, 'support/hungry.js');
  const script = 'ulimit -n 100; exec "$0" "$1"';
  const { stdout } = await promisify(execFile)('sh', ['-c', script, process.execPath, program]);
  expect(stdout.trim().split('\n')).toEqual([
    'connect: EMFILE socket',
    'server: EMFILE accept',
    'waits between its tries',
    'recovered',
  ]);
});
