// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';

/** What times are in, in /proc: the kernel's USER_HZ. */
const TICKS_PER_SECOND = 100;

export interface Repeated {
  done: number;
  perSecond: number;
}

/** Repeats `round` for about `seconds`; it returns how much it did (bytes, requests). */
export async function repeat(seconds: number, round: () => Promise<number>): Promise<Repeated> {
  // Once for the compiler and the congestion window.
  const warm = await round();
  const start = process.hrtime.bigint();
  const end = start + BigInt(Math.round(seconds * 1e9));
  let done = 0;
  let now = start;
  while (now < end) {
    done += await round();
    now = process.hrtime.bigint();
  }
  return { done: done + warm, perSecond: done / (Number(now - start) / 1e9) };
}

/** Seconds that the main thread has been on a processor, system calls included. */
export function mainThreadTime(): number {
  const { pid } = process;
  const stat = readFileSync(`/proc/self/task/${pid}/stat`, 'utf8');
  // After the name, which may hold anything: state is field 3, utime 14, stime 15 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
