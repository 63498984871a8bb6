// SPDX-License-Identifier: MIT
//
// make bench-node: kquic beside node:tls, node:http2 and @matrixai/quic, both ends of everything in this process.
// Compare the ratios, never figures of different boots. DURATION is how many seconds each measurement takes, PACKAGES
// the folder that @matrixai/quic is in; without it, it is left out.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { certificate } from '../../examples/certificate.js';
import { Http2 } from './http2.js';
import { Matrix } from './matrixai.js';
import { Quic } from './quic.js';
import { print, type Row } from './table.js';
import { Tls } from './tls.js';
import type { Identity, Transport } from './transport.js';
import { bulk, handshakes, idle, requests } from './workload.js';

const SECONDS = Number(process.env['DURATION'] ?? 5);
/** How long the end of closed links is waited for, in ms. */
const SETTLING = 10_000;
const PACKAGES = process.env['PACKAGES'];

function identity(): Identity {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kquic-bench-'));
  const { cert, key } = certificate(folder);
  const pems = { cert: readFileSync(cert), key: readFileSync(key) };
  rmSync(folder, { recursive: true });
  return pems;
}

/** Prints what `work` gives for each transport, in turn: a number for each table, or why there is none. */
async function compare(
  transports: Transport[],
  tables: [title: string, unit: string][],
  work: (transport: Transport) => Promise<number[]>,
): Promise<void> {
  const rows: Row[][] = tables.map(() => []);
  for (const transport of transports) {
    const { name } = transport;
    const result = await work(transport).catch((error: unknown) => error as Error);
    rows.forEach((table, i) => {
      table.push({ name, value: result instanceof Error ? result : (result[i] ?? NaN) });
    });
    // Where that takes longer it waits for timers, and disturbs nobody.
    await Promise.race([transport.settled?.(), sleep(SETTLING)]);
    if (result instanceof Error && transport instanceof Quic) process.exitCode = 1;
  }
  tables.forEach(([title, unit], i) => {
    print(title, unit, rows[i] ?? []);
  });
}

async function main(): Promise<void> {
  console.log(
    `Node ${process.version}, kernel ${os.release()}, ${process.env['KQUIC_VM'] ?? 'no VM'}`,
  );
  const pems = identity();
  const transports: Transport[] = [await Tls.open(pems), await Http2.open(pems)];
  if (PACKAGES !== undefined) transports.push(await Matrix.open(pems, PACKAGES));
  transports.push(await Quic.open(pems));
  const requestsOn = (title: string, connections: number, underWay: number): Promise<void> =>
    compare(
      transports,
      [
        [`1 KB there and back, ${title}`, '1/s'],
        ['  main thread, both ends', 'µs'],
      ],
      async (transport) => {
        const { perSecond, busy } = await requests(transport, connections, underWay, SECONDS);
        return [perSecond, busy];
      },
    );
  await requestsOn('one at a time', 1, 1);
  await requestsOn('32 at a time on one connection', 1, 32);
  await requestsOn('one at a time on each of 100 connections', 100, 1);
  await compare(transports, [['bulk, one direction, 64 KB a write', 'MB/s']], async (transport) => [
    (await bulk(transport, SECONDS)) / 1e6,
  ]);
  await compare(transports, [['handshakes, one after the other', '1/s']], async (transport) => [
    await handshakes(transport, SECONDS),
  ]);
  await compare(
    transports,
    [['heap for one end of an idle connection', 'bytes']],
    async (transport) => [await idle(transport)],
  );
  // With whatever is stuck.
  process.exit();
}

void main();
