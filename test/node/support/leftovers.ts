// SPDX-License-Identifier: MIT
//
// What a piece of a program leaves behind in its process, which has to run with --expose-gc.
import * as fs from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { native } from '../../../lib/native.js';

export interface Leftovers {
  /** What they are, as /proc says it. */
  descriptors: string[];
  /** [watched descriptors, handshakes, TLS sessions], as the addon counts them. */
  objects: number[];
  rejections: string[];
  error?: string;
}

export const NOTHING: Leftovers = { descriptors: [], objects: [0, 0, 0], rejections: [] };

/** How often what is left is looked for before it is said to stay. */
const PATIENCE = 200;

const rejections: string[] = [];

function descriptors(): Map<string, string> {
  const open = new Map<string, string>();
  for (const fd of fs.readdirSync('/proc/self/fd')) {
    try {
      open.set(fd, fs.readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      // The one that readdir() used.
    }
  }
  return open;
}

function objects(): number[] {
  return native().census().slice(0, 3);
}

export async function collect(): Promise<void> {
  const { gc } = globalThis as { gc?: () => void };
  for (let i = 0; i < 3; i++) {
    gc?.();
    await delay(5);
  }
}

/** From now on rejections that nobody handles are written down instead of ending the process. */
export function noteRejections(): void {
  process.on('unhandledRejection', (reason) => rejections.push(String(reason)));
}

export async function leftovers(play: () => Promise<unknown>): Promise<Leftovers> {
  // Node makes its streams when they are first touched, which pipe() does, and libuv opens /dev/null then.
  process.stdout.write('');
  await collect();
  const before = { descriptors: descriptors(), objects: objects() };
  rejections.length = 0;
  let error: string | undefined;
  try {
    await play();
  } catch (reason) {
    error = String(reason);
  }
  const left = (): Pick<Leftovers, 'descriptors' | 'objects'> => ({
    descriptors: [...descriptors()].flatMap(([fd, what]) =>
      before.descriptors.get(fd) === what ? [] : [what],
    ),
    objects: objects().map((count, i) => count - (before.objects[i] ?? 0)),
  });
  // What other threads have in their hands takes as long as the machine makes it.
  for (let i = 0; i < PATIENCE; i++) {
    await collect();
    const { descriptors: open, objects: counts } = left();
    if (open.length === 0 && counts.every((count) => count === 0)) break;
  }
  return { ...left(), rejections: [...rejections], ...(error !== undefined && { error }) };
}
