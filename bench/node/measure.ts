// SPDX-License-Identifier: MIT

export interface Measured {
  name: string;
  perSecond: number;
}

/** Repeats `round` for about `seconds`; it returns how much it did (bytes, requests). */
export async function repeat(seconds: number, round: () => Promise<number>): Promise<number> {
  // Once for the compiler and the congestion window.
  await round();
  const start = process.hrtime.bigint();
  const end = start + BigInt(Math.round(seconds * 1e9));
  let done = 0;
  let now = start;
  while (now < end) {
    done += await round();
    now = process.hrtime.bigint();
  }
  return done / (Number(now - start) / 1e9);
}

/** A table; the first line is what the others are compared with. */
export function print(title: string, unit: string, scale: number, results: Measured[]): void {
  console.log(title);
  const [reference] = results;
  for (const { name, perSecond } of results) {
    const value = (perSecond * scale).toFixed(0).padStart(9);
    const ratio = (perSecond / (reference?.perSecond ?? 1)).toFixed(2);
    console.log(`  ${name.padEnd(34)} ${value} ${unit}   ${ratio} of TCP`);
  }
}
