// SPDX-License-Identifier: MIT
//
// Tables of what can be called on an object, for tests of every call in every state.
export type Calls<T> = Record<string, (subject: T) => unknown>;

/** What each call did: 'works', a value, 'waits', or an error as "CODE: message". */
export type Outcomes = Record<string, string>;

const WAITS = 'waits';

function describe(error: unknown): string {
  const { code, name, message } = error as Error & { code?: string };
  return `${code ?? name}: ${message.replace(/stream \d+/, 'stream N')}`;
}

async function outcome(call: () => unknown): Promise<string> {
  try {
    const value = (await call()) as string | number | boolean | undefined;
    return value === undefined ? 'works' : String(value);
  } catch (error) {
    return describe(error);
  }
}

/** The same outcome for every call, but for `others`. */
export function all(calls: Calls<never>, same: string, others: Outcomes = {}): Outcomes {
  const outcomes: Outcomes = {};
  for (const name of Object.keys(calls)) outcomes[name] = others[name] ?? same;
  return outcomes;
}

/**
 * Makes the calls one after the other, each on what `subject` gives it. Those that `expected` says wait
 * are not waited for: `end`, called at last, has to make them settle.
 */
export async function outcomes<T>(
  calls: Calls<T>,
  expected: Outcomes,
  subject: (name: string) => T | Promise<T>,
  end: () => Promise<unknown>,
): Promise<Outcomes> {
  const found: Outcomes = {};
  const waiting: Promise<void>[] = [];
  for (const [name, call] of Object.entries(calls)) {
    const target = await subject(name);
    found[name] = WAITS;
    const done = outcome(() => call(target)).then((result) => {
      found[name] = result;
    });
    if (expected[name] === WAITS) waiting.push(done);
    else await done;
  }
  const result = { ...found };
  await end();
  await Promise.all(waiting);
  return result;
}

function nameOf(key: string | symbol): string {
  // Node 20 has one of its own.
  if (key === Symbol.asyncDispose) return 'Symbol.asyncDispose';
  return typeof key === 'symbol' ? (key.description ?? '') : key;
}

/** The public members of a class, but for those that are `internal`, to be compared with a table's rows. */
export function members(prototype: object, internal: readonly string[] = []): string[] {
  return Reflect.ownKeys(prototype)
    .map(nameOf)
    .filter((name) => name !== 'constructor' && !name.startsWith('_') && !internal.includes(name))
    .sort();
}
