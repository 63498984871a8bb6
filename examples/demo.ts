// SPDX-License-Identifier: MIT
//
// npm run demo: file-server.ts and file-client.ts, each in a process of its own, exchange real files
// of this machine in both directions, all at once. Then peers that are not ours take their places.
// The last line is "demo: ok" only if every byte arrived.
import { existsSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { support } from 'kquic';
import { Child } from './child.js';
import { prepare, sha256, type DemoFiles } from './demo-files.js';
import { foreignClient, foreignServer } from './demo-foreign.js';
import { DEMO, type Transferred } from './transfer.js';

let failures = 0;

export function verdict(right: boolean, text: string): void {
  if (!right) failures++;
  console.log(`  ${right ? 'ok    ' : 'WRONG '} ${text}`);
}

interface Facts {
  alpn: string;
  cipher: string;
  rtt: number;
  packetsSent: number;
  packetsReceived: number;
  packetsLost: number;
  packetsRetransmitted: number;
}

function printFacts(end: string, value: unknown): void {
  const facts = value as Facts;
  console.log(
    `  ${end}: ALPN ${facts.alpn}, ${facts.cipher}, RTT ${facts.rtt} µs, ` +
      `packets ${facts.packetsSent} sent ${facts.packetsReceived} received ` +
      `${facts.packetsLost} lost ${facts.packetsRetransmitted} retransmitted`,
  );
}

function printFile(what: string, file: Transferred, near: string, far: string): void {
  console.log(`  ${what} ${file.name}: ${file.bytes} bytes, ${file.seconds.toFixed(2)} s`);
  console.log(`         client ${near}`);
  console.log(`         server ${far}`);
}

function startServer(files: DemoFiles): Child {
  const { cert, key, root, folder } = files;
  const program = path.join(__dirname, 'file-server.js');
  const args = ['--cert', cert, '--key', key, '--root', root, '--store', folder, '--port', '0'];
  return new Child(process.execPath, [program, ...args]);
}

async function checkFetched(files: DemoFiles, server: Child, client: Child): Promise<void> {
  const sent = (await server.until('sent', files.fetch.length)) as Transferred[];
  const got = client.all('got') as Transferred[];
  for (const file of files.fetch) {
    const name = path.basename(file);
    const near = got.find((one) => one.name === name);
    const far = sent.find((one) => one.name === `/${name}`);
    if (near !== undefined) printFile('fetched', near, near.sha256, far?.sha256 ?? '(nothing)');
    const truth = await sha256(file);
    verdict(near?.sha256 === truth && far?.sha256 === truth, `${name} is the file`);
  }
}

async function checkStored(files: DemoFiles, server: Child, client: Child): Promise<void> {
  await server.until('stored', files.store.length);
  const put = client.all('put') as (Transferred & { peerSha256: string })[];
  for (const file of files.store) {
    const name = path.basename(file);
    const near = put.find((one) => one.name === name);
    if (near !== undefined) printFile('stored ', near, near.sha256, near.peerSha256);
    const truth = await sha256(file);
    const copy = path.join(files.folder, name);
    const same = existsSync(copy) && (await sha256(copy)) === truth;
    verdict(same && near?.sha256 === truth && near.peerSha256 === truth, `${name} is the file`);
  }
}

async function ownPeers(files: DemoFiles, server: Child, port: number): Promise<void> {
  const count = files.fetch.length + files.store.length;
  console.log(`\n${count} files between two processes, at once on one connection`);
  const program = path.join(__dirname, 'file-client.js');
  const args = [`127.0.0.1:${port}`, '--ca', files.cert, '--out', files.folder, '--alpn', DEMO];
  for (const file of files.fetch) args.push('--get', path.basename(file));
  for (const file of files.store) args.push('--put', file);
  const client = new Child(process.execPath, [program, ...args]);
  const status = await client.end();
  verdict(status === 0, `the client ended with ${String(status)}`);
  if (status !== 0) return;
  await checkFetched(files, server, client);
  await checkStored(files, server, client);
  const all = [...client.all('got'), ...client.all('put')] as Transferred[];
  const bytes = all.reduce((sum, one) => sum + one.bytes, 0);
  verdict(bytes >= 32 * 1024 * 1024, `${(bytes / 1e6).toFixed(1)} MB in all`);
  const [near] = client.all('connection');
  const [far] = await server.until('connection');
  printFacts('client', near);
  printFacts('server', far);
}

async function main(): Promise<void> {
  const { available, kernel, reason } = support();
  console.log(`kquic on Linux ${kernel}`);
  if (!available) throw new Error(reason);
  const files = prepare();
  const server = startServer(files);
  try {
    const [port] = (await server.until('listening')) as [number];
    await ownPeers(files, server, port);
    await foreignClient(files, port, verdict);
    await foreignServer(files, verdict);
    verdict((await server.end()) === 0, 'the server ended in order');
  } finally {
    server.kill();
    rmSync(files.folder, { recursive: true, force: true });
  }
}

main()
  .catch((error: unknown) => {
    verdict(false, String(error));
  })
  .finally(() => {
    console.log(failures === 0 ? 'demo: ok' : 'demo: FAILED');
    process.exitCode = failures === 0 ? 0 : 1;
  });
