// SPDX-License-Identifier: MIT
//
// The same work for every transport. What a transport cannot do is an error that says so.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Link, Transport } from './transport.js';
import { inTime, measure, type Rate } from './measure.js';

const WRITE = Buffer.alloc(64 * 1024, 1);
const IDLE = 100;
/** Of the heap: bytes that are not worth another round. */
const CRUMBS = 4096;

function connect(transport: Transport): Promise<Link> {
  return inTime('connecting', transport.connect());
}

/** Connections that have done something, each after the one before it. */
async function several(transport: Transport, count: number): Promise<Link[]> {
  const links: Link[] = [];
  for (let i = 0; i < count; i++) {
    const link = await connect(transport);
    await inTime('a request', link.request());
    links.push(link);
  }
  return links;
}

async function closeAll(links: Link[]): Promise<void> {
  for (const link of links) await inTime('closing', link.close());
}

/** `connections` at once, and on each of them so many requests under way all the time. */
export async function requests(
  transport: Transport,
  connections: number,
  underWay: number,
  seconds: number,
): Promise<Rate> {
  const links = await several(transport, connections);
  const lines = links.flatMap((link) => Array<Link>(underWay).fill(link));
  const rate = await measure('requests', seconds, (work) =>
    Promise.all(
      lines.map(async (link) => {
        while (!work.stopped) {
          await link.request();
          work.done++;
        }
      }),
    ),
  );
  await closeAll(links);
  return rate;
}

/** Bytes per second in one direction, in writes of 64 KB. */
export async function bulk(transport: Transport, seconds: number): Promise<number> {
  const link = await connect(transport);
  const { from, to } = await inTime('a stream', link.bulk());
  const { perSecond } = await measure('bulk', seconds, async (work) => {
    to.on('data', (chunk: Buffer) => {
      work.done += chunk.length;
    });
    while (!work.stopped) {
      if (!from.write(WRITE)) await once(from, 'drain');
    }
  });
  await closeAll([link]);
  return perSecond;
}

/** Connections per second, one after the other: both handshakes' work is in this process. */
export async function handshakes(transport: Transport, seconds: number): Promise<number> {
  const { perSecond } = await measure('handshakes', seconds, async (work) => {
    while (!work.stopped) {
      const link = await transport.connect();
      await link.close();
      work.done++;
    }
  });
  return perSecond;
}

/** Bytes of JavaScript's heap, and of what hangs on it, when nothing more can be collected. */
async function heap(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let before = Infinity; ;) {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    if (heapUsed + external > before - CRUMBS) return heapUsed + external;
    before = heapUsed + external;
    // What was closed lets go in its own time.
    await sleep(500);
  }
}

/**
 * That for one end of an idle connection. The connections stay until the end of the process: what is left of closed
 * ones would count for the next transport.
 */
export async function idle(transport: Transport): Promise<number> {
  // What is there once, however many connections.
  await several(transport, 1);
  const before = await heap();
  const links = await several(transport, IDLE);
  return ((await heap()) - before) / links.length / 2;
}
