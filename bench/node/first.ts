// SPDX-License-Identifier: MIT

/** The first item of what comes. */
export async function first<T>(items: AsyncIterable<T>): Promise<T> {
  for await (const item of items) return item;
  throw new Error('there is none');
}
