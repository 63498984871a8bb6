// SPDX-License-Identifier: MIT
//
// The same work for every transport. Each function gives one number.
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Link, Transport } from './transport.js';
import { mainThreadTime, repeat } from './measure.js';

const WRITE = Buffer.alloc(64 * 1024, 1);
const BULK_ROUND = 4 * 1024 * 1024;
const IDLE = 100;

async function several(transport: Transport, count: number): Promise<Link[]> {
  const links: Link[] = [];
  for (let i = 0; i < count; i++) links.push(await transport.connect());
  return links;
}

async function closeAll(links: Link[]): Promise<void> {
  await Promise.all(links.map((link) => link.close()));
}

export interface Requests {
  perSecond: number;
  /** µs that the main thread was busy for one request and its answer, both ends together. */
  busy: number;
}

/** `connections` at once, and on each of them so many requests under way all the time. */
export async function requests(
  transport: Transport,
  connections: number,
  underWay: number,
  seconds: number,
): Promise<Requests> {
  const links = await several(transport, connections);
  const round = async (): Promise<number> => {
    const all = links.flatMap((link) => Array.from({ length: underWay }, () => link.request()));
    await Promise.all(all);
    return all.length;
  };
  const before = mainThreadTime();
  const { perSecond, done } = await repeat(seconds, round);
  const busy = ((mainThreadTime() - before) / done) * 1e6;
  await closeAll(links);
  return { perSecond, busy };
}

/** Bytes per second in one direction, in writes of 64 KB. */
export async function bulk(transport: Transport, seconds: number): Promise<number> {
  const link = await transport.connect();
  const { from, to } = await link.bulk();
  let received = 0;
  let due = Infinity;
  let arrived = (): void => undefined;
  to.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received >= due) arrived();
  });
  const { perSecond } = await repeat(seconds, async () => {
    received = 0;
    due = BULK_ROUND;
    const all = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    for (let left = BULK_ROUND; left > 0; left -= WRITE.length) {
      if (!from.write(WRITE)) await once(from, 'drain');
    }
    await all;
    return BULK_ROUND;
  });
  await link.close();
  return perSecond;
}

/** Connections per second, one after the other: both handshakes' work is in this process. */
export async function handshakes(transport: Transport, seconds: number): Promise<number> {
  const { perSecond } = await repeat(seconds, async () => {
    const link = await transport.connect();
    await link.close();
    return 1;
  });
  return perSecond;
}

/** Bytes of JavaScript's heap, and of what hangs on it, for one end of an idle connection. */
export async function idle(transport: Transport): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  // What is there once, however many connections.
  const first = await several(transport, 1);
  await first[0]?.request();
  const before = used();
  const links = await several(transport, IDLE);
  for (const link of links) await link.request();
  const bytes = (used() - before) / IDLE / 2;
  await closeAll([...first, ...links]);
  return bytes;
}
