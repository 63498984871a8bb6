// SPDX-License-Identifier: MIT
//
// make bench-node: kquic beside node:tls, node:http2 and @matrixai/quic, both ends of everything in this process.
// Compare the ratios, never figures of different boots. DURATION is how many seconds each measurement takes, PACKAGES
// the folder that @matrixai/quic is in; without it, it is left out.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { certificate } from '../../examples/certificate.js';
import { Http2 } from './http2.js';
import { Matrix } from './matrixai.js';
import { Quic } from './quic.js';
import { print, type Row } from './table.js';
import { Tls } from './tls.js';
import type { Identity, Transport } from './transport.js';
import { bulk, handshakes, idle, requests } from './workload.js';

const SECONDS = Number(process.env['DURATION'] ?? 5);
const PACKAGES = process.env['PACKAGES'];

function identity(): Identity {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kquic-bench-'));
  const { cert, key } = certificate(folder);
  const pems = { cert: readFileSync(cert), key: readFileSync(key) };
  rmSync(folder, { recursive: true });
  return pems;
}

/** One number of each transport, in turn. */
async function measure(
  transports: Transport[],
  work: (transport: Transport) => Promise<number>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const transport of transports) {
    rows.push({ name: transport.name, value: await work(transport) });
    await transport.settled?.();
  }
  return rows;
}

/** Requests per second, and the main thread's time for each. */
async function printRequests(
  transports: Transport[],
  title: string,
  connections: number,
  underWay: number,
): Promise<void> {
  const busy: Row[] = [];
  const rows = await measure(transports, async (transport) => {
    const result = await requests(transport, connections, underWay, SECONDS);
    busy.push({ name: transport.name, value: result.busy });
    return result.perSecond;
  });
  print(`1 KB there and back, ${title}`, '1/s', rows);
  print('  main thread, both ends', 'µs', busy);
}

async function main(): Promise<void> {
  const pems = identity();
  const transports: Transport[] = [await Tls.open(pems), await Http2.open(pems)];
  if (PACKAGES !== undefined) transports.push(await Matrix.open(pems, PACKAGES));
  transports.push(await Quic.open(pems));
  await printRequests(transports, 'one at a time', 1, 1);
  await printRequests(transports, '32 at a time on one connection', 1, 32);
  await printRequests(transports, 'one at a time on each of 100 connections', 100, 1);
  const throughput = await measure(
    transports,
    async (transport) => (await bulk(transport, SECONDS)) / 1e6,
  );
  print('bulk, one direction, 64 KB a write', 'MB/s', throughput);
  const perSecond = await measure(transports, (transport) => handshakes(transport, SECONDS));
  print('handshakes, one after the other', '1/s', perSecond);
  print('heap for one end of an idle connection', 'bytes', await measure(transports, idle));
  for (const transport of transports) await transport.close();
}

void main();
