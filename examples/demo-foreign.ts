// SPDX-License-Identifier: MIT
//
// The same files with aioquic, a QUIC implementation in Python, in the place of one end.
import { mkdirSync } from 'node:fs';
import * as net from 'node:dgram';
import * as path from 'node:path';
import { once } from 'node:events';
import { Child } from './child.js';
import { sha256, type DemoFiles } from './demo-files.js';
import { HQ } from './transfer.js';

type Verdict = (right: boolean, text: string) => void;

const INTEROP = path.join(__dirname, '../../test/interop');
const PYTHON = path.join(INTEROP, 'peer-python');
/** Python is slow, in the VM above all. */
const FILES = 3;

function some(files: DemoFiles): string[] {
  const small = files.fetch.slice(0, FILES - 1);
  const large = files.fetch[files.fetch.length - 1];
  return large === undefined ? small : [...small, large];
}

async function check(files: DemoFiles, out: string, verdict: Verdict): Promise<void> {
  for (const file of some(files)) {
    const name = path.basename(file);
    const [truth, copy] = await Promise.all([
      sha256(file),
      sha256(path.join(out, name)).catch(() => '(nothing)'),
    ]);
    verdict(copy === truth, `${name}: sha256 ${copy}`);
  }
}

/** Somebody else's client fetches from our server. */
export async function foreignClient(
  files: DemoFiles,
  port: number,
  verdict: Verdict,
): Promise<void> {
  console.log('\naioquic fetches from the TypeScript server');
  const out = path.join(files.folder, 'foreign-client');
  mkdirSync(out);
  const args = [path.join(INTEROP, 'aioquic/client.py'), '127.0.0.1', String(port)];
  args.push('--ca', files.cert, '--out', out, ...some(files).map((file) => path.basename(file)));
  const status = await new Child(PYTHON, args).end();
  verdict(status === 0, `aioquic's client ended with ${String(status)}`);
  await check(files, out, verdict);
}

async function freePort(): Promise<number> {
  const socket = net.createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** Our client fetches from somebody else's server. */
export async function foreignServer(files: DemoFiles, verdict: Verdict): Promise<void> {
  console.log('\nthe TypeScript client fetches from aioquic');
  const out = path.join(files.folder, 'foreign-server');
  mkdirSync(out);
  const port = await freePort();
  const { cert, key, root } = files;
  const program = path.join(INTEROP, 'aioquic/server.py');
  const server = new Child(PYTHON, [
    ...[program, String(port), '--cert', cert, '--key', key, '--root', root],
  ]);
  try {
    await server.until('text');
    const args = [path.join(__dirname, 'file-client.js'), `127.0.0.1:${port}`];
    args.push('--ca', cert, '--out', out, '--alpn', HQ);
    for (const file of some(files)) args.push('--get', path.basename(file));
    const status = await new Child(process.execPath, args).end();
    verdict(status === 0, `the client ended with ${String(status)}`);
    await check(files, out, verdict);
  } finally {
    server.kill();
  }
}
