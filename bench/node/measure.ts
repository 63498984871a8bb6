// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What times are in, in /proc: the kernel's USER_HZ. */
const TICKS_PER_SECOND = 100;

/** Who does nothing for so long is stuck, in ms: emulated processors are slow, and packets get lost. */
const PATIENCE = 60_000;

/** What goes on until it is stopped, and counts what it has done: bytes, requests. */
export interface Work {
  done: number;
  stopped: boolean;
}

export interface Rate {
  perSecond: number;
  /** µs that the main thread was busy for one of what was done. */
  busy: number;
}

/** `promise`, unless nothing is done for a while: `done` says how much it is so far. */
export async function inTime<T>(
  what: string,
  promise: Promise<T>,
  done = (): number => 0,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stuck = new Promise<never>((_resolve, reject) => {
    let before = done();
    timer = setInterval(() => {
      if (done() === before) reject(new Error(`${what}: stuck for ${PATIENCE / 1000} s`));
      before = done();
    }, PATIENCE);
  });
  return Promise.race([promise, stuck]).finally(() => {
    clearInterval(timer);
  });
}

/** Until `work` has done more than `done`. */
async function progress(work: Work, done: number): Promise<void> {
  while (work.done <= done && !work.stopped) await sleep(10);
}

/** Looks on for `seconds`, after a while for the compiler and the congestion window, and stops the work. */
async function observe(seconds: number, work: Work): Promise<Rate> {
  await progress(work, 0);
  await sleep(seconds * 200);
  const { done } = work;
  const busy = mainThreadTime();
  const start = process.hrtime.bigint();
  await sleep(seconds * 1000);
  await progress(work, done);
  const count = work.done - done;
  const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
  const rate = { perSecond: count / elapsed, busy: ((mainThreadTime() - busy) / count) * 1e6 };
  work.stopped = true;
  return rate;
}

/** How fast the work is that `start` starts. It ends soon after it is stopped. */
export async function measure(
  what: string,
  seconds: number,
  start: (work: Work) => Promise<unknown>,
): Promise<Rate> {
  const work: Work = { done: 0, stopped: false };
  try {
    const both = Promise.all([observe(seconds, work), start(work)]);
    const [rate] = await inTime(what, both, () => work.done);
    return rate;
  } finally {
    work.stopped = true;
  }
}

/** Seconds that the main thread has been on a processor, system calls included. */
function mainThreadTime(): number {
  const { pid } = process;
  const stat = readFileSync(`/proc/self/task/${pid}/stat`, 'utf8');
  // After the name, which may hold anything: state is field 3, utime 14, stime 15 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
