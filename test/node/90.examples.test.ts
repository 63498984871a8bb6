// SPDX-License-Identifier: MIT
//
// The programs in examples/ as their headers tell to start them, each end in a process of its own.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { certificate } from '../../examples/certificate.js';
import { Child } from '../../examples/child.js';

const EXAMPLES = path.join(__dirname, '../../examples');
const PORT = '4433';

let folder: string;
let running: Child[];

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kquic-examples-'));
  certificate(folder);
});

beforeEach(() => {
  running = [];
});

afterEach(async () => {
  for (const child of running) child.kill();
  await Promise.all(running.map(({ exit }) => exit));
});

afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});

function start(name: string, ...args: string[]): Child {
  const child = new Child(process.execPath, [path.join(EXAMPLES, `${name}.mjs`), ...args], folder);
  running.push(child);
  return child;
}

/** What an echo client that sends `line` gets, when it is through. */
async function echoOf(line: string): Promise<string> {
  const client = start('echo-client', `localhost:${PORT}`);
  client.write(line);
  expect(await client.end()).toBe(0);
  return client.all('text').join('\n');
}

test('echo: what the client sends comes back', async () => {
  const server = start('echo-server', PORT);
  await server.says(`listening on port ${PORT}`);
  expect(await echoOf('hello')).toBe('hello');
  expect(await server.says('closed by')).toContain('closed by peer, code 0');
  server.kill('SIGTERM');
  expect(await server.exit).toBe(0);
});

test('cluster: every worker listens, one of them answers, and another takes the place of one that dies', async () => {
  const server = start('cluster', PORT, '2');
  await server.says('worker 1 listens');
  await server.says('worker 2 listens');
  const answer = await echoOf('who?');
  expect(answer).toMatch(/^worker [12], process \d+$/);
  process.kill(Number(answer.split(' ').at(-1)), 'SIGKILL');
  await server.says('worker 3 listens');
  expect(await echoOf('who?')).toMatch(/^worker [123], process \d+$/);
  server.kill('SIGTERM');
  expect(await server.exit).toBe(0);
});

test('chat: what one says arrives at the others, in datagrams', async () => {
  const server = start('chat-server', PORT);
  await server.says(`listening on port ${PORT}`);
  const ann = start('chat-client', 'Ann', `localhost:${PORT}`);
  await ann.says('connected');
  const bob = start('chat-client', 'Bob', `localhost:${PORT}`);
  await bob.says('connected');
  await server.says('2 here');
  ann.write('hello');
  expect(await bob.says('Ann:')).toBe('Ann: hello');
  bob.write('x'.repeat(100_000));
  await bob.says('(that is too long)');
  expect(await bob.end()).toBe(0);
  await server.says('1 here');
  server.kill('SIGTERM');
  await ann.says('the chat is over');
  expect(await ann.exit).toBe(0);
  expect(await server.exit).toBe(0);
});

test('resumption: the second connection’s request goes along with its first packets', async () => {
  const program = start('resumption');
  expect(await program.exit).toBe(0);
  expect(program.all('text')).toEqual([
    'server: a request',
    'server: a request, early',
    'client: hello again',
    'client: resumed true, early data accepted true',
  ]);
});

test('migration: a stream goes on from other addresses', async () => {
  const program = start('migration');
  expect(await program.exit).toBe(0);
  const lines = program.all('text');
  for (const address of ['127.0.0.1', '127.0.0.2', '127.0.0.3']) {
    expect(lines).toContain(`client: from ${address} and back`);
  }
  expect(lines).toContain('server: it is at 127.0.0.3 now');
});
