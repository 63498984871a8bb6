// SPDX-License-Identifier: MIT
//
// Checks of what callers pass, with Node's own error codes and the option's name in the message.
import { inspect } from 'node:util';
import { argumentError } from './errors.js';

function received(value: unknown): string {
  return `Received ${inspect(value, { depth: 0 }).slice(0, 80)}`;
}

export function typeError(name: string, expected: string, value: unknown): Error {
  const message = `The "${name}" option must be ${expected}. ${received(value)}`;
  return argumentError('TypeError', 'ERR_INVALID_ARG_TYPE', message);
}

export function valueError(name: string, why: string, value: unknown, cause?: unknown): Error {
  const message = `The "${name}" option is invalid: ${why}. ${received(value)}`;
  return argumentError('TypeError', 'ERR_INVALID_ARG_VALUE', message, cause);
}

export function rangeError(name: string, range: string, value: unknown): Error {
  const message = `The "${name}" option is out of range: it must be ${range}. ${received(value)}`;
  return argumentError('RangeError', 'ERR_OUT_OF_RANGE', message);
}

export function object(name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw typeError(name, 'an object', value);
  }
  return value as Record<string, unknown>;
}

/** An integer of min..max; `zero` adds 0 to what is allowed. */
export function integer(
  name: string,
  value: unknown,
  fallback: number,
  [min, max]: readonly [number, number],
  zero = false,
): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number') throw typeError(name, 'a number', value);
  if (zero && value === 0) return 0;
  if (!Number.isInteger(value) || value < min || value > max) {
    throw rangeError(name, `${zero ? '0 or ' : ''}an integer of ${min} to ${max}`, value);
  }
  return value;
}

export function flag(name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') throw typeError(name, 'a boolean', value);
  return value;
}

export function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw typeError(name, 'a string', value);
  if (value === '') throw valueError(name, 'it is empty', value);
  return value;
}

export function oneOf<T extends string | number>(
  name: string,
  value: unknown,
  fallback: T,
  allowed: readonly T[],
): T {
  if (value === undefined) return fallback;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw valueError(name, `it must be one of ${allowed.join(', ')}`, value);
  return found;
}

export function callback<T>(name: string, value: T): T {
  if (value !== undefined && typeof value !== 'function') {
    throw typeError(name, 'a function', value);
  }
  return value;
}

export function abortSignal(name: string, value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined;
  if (!(value instanceof AbortSignal)) throw typeError(name, 'an AbortSignal', value);
  return value;
}
