// SPDX-License-Identifier: MIT
//
// AbortSignals of callers. A signal may live as long as the program, so whoever listens to one stops
// when its work is done.
import { abortError } from './errors.js';

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal);
}

interface Watch {
  stops: Set<(error: Error) => void>;
  listener: () => void;
}

const watched = new WeakMap<AbortSignal, Watch>();

function watch(signal: AbortSignal): Watch {
  const known = watched.get(signal);
  if (known !== undefined) return known;
  const stops = new Set<(error: Error) => void>();
  const listener = (): void => {
    watched.delete(signal);
    for (const stop of stops) stop(abortError(signal));
  };
  const made = { stops, listener };
  watched.set(signal, made);
  signal.addEventListener('abort', listener, { once: true });
  return made;
}

/**
 * Calls `stop` once when `signal`, which is not aborted yet, is. Returns what ends the listening. However
 * many wait, a signal gets one listener: Node warns of more than ten.
 */
export function whenAborted(
  signal: AbortSignal | undefined,
  stop: (error: Error) => void,
): () => void {
  if (signal === undefined) return () => undefined;
  const { stops, listener } = watch(signal);
  // One of its own, so that the same function may wait twice.
  const mine = (error: Error): void => {
    stop(error);
  };
  stops.add(mine);
  return () => {
    if (!stops.delete(mine) || stops.size > 0) return;
    watched.delete(signal);
    signal.removeEventListener('abort', listener);
  };
}

/** `promise`, or sooner the AbortError. For work that cannot be stopped, only left alone. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) reject(abortError(signal));
    const done = whenAborted(signal, reject);
    promise.then(resolve, reject).finally(done);
  });
}
