// SPDX-License-Identifier: MIT
//
// Whatever a peer does, and however a program closes: no descriptor, no object of the addon and no
// rejection is left over, and the process goes on.
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { NOTHING, type Leftovers } from './support/leftovers.js';

const run = promisify(execFile);

let results: (Leftovers & { scenario: string })[];

beforeAll(async () => {
  const program = path.join(__dirname, 'support/safety.js');
  const { stdout } = await run(process.execPath, ['--expose-gc', program]);
  results = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Leftovers & { scenario: string });
});

test.each([
  'a client that sends garbage as ClientHello',
  'a client that sends a ClientHello without an end',
  'a client that vanishes after its ClientHello',
  'a client that closes during the handshake',
  'a client that sends handshake messages when it is established',
  'a client that resets and stops whatever there is',
  'a client that opens streams and says nothing on them',
  'a server that closes at once',
  'a server that answers with garbage',
  'a server that never answers',
  'a server that closes with an error during the handshake',
  'a server closed while handshakes are in flight',
  'closing twice, in every order',
  'streams whose connection goes under them',
])('%s', (scenario) => {
  expect(results.find((result) => result.scenario === scenario)).toEqual({ scenario, ...NOTHING });
});
