// SPDX-License-Identifier: MIT
import { types } from 'node:util';
import { object, typeError, valueError } from '../validate.js';

/** A pre-shared key (RFC 8446, 4.2.11): both ends know it, and nobody needs a certificate. */
export interface Psk {
  /** Sent in clear: which key it is. */
  identity: string;
  /** As random as a key has to be: 32 bytes of randomBytes(), no password. */
  key: Uint8Array;
}

/** As the addon takes it. */
export type PskPair = [identity: Uint8Array, key: Uint8Array];

/** GnuTLS takes no longer ones. */
const MAX_IDENTITY = 128;
const MAX_KEY = 64;

function pskPair(name: string, value: unknown): PskPair {
  const { identity, key } = object(name, value);
  if (typeof identity !== 'string') throw typeError(`${name}.identity`, 'a string', identity);
  const bytes = Buffer.from(identity);
  if (bytes.length === 0 || bytes.length > MAX_IDENTITY || identity.includes('\0')) {
    const why = `it must have 1 to ${MAX_IDENTITY} bytes, and no NUL`;
    throw valueError(`${name}.identity`, why, identity);
  }
  if (!types.isUint8Array(key)) throw typeError(`${name}.key`, 'a Uint8Array', '(hidden)');
  if (key.length === 0 || key.length > MAX_KEY) {
    throw valueError(`${name}.key`, `it must have 1 to ${MAX_KEY} bytes`, `${key.length} bytes`);
  }
  return [bytes, key];
}

/** Checks a client's or a server's; `others` are the options that a key takes the place of. */
export function pskPairs(value: unknown, others: Record<string, unknown>): PskPair[] {
  if (value === undefined) return [];
  for (const [name, other] of Object.entries(others)) {
    if (other === undefined) continue;
    throw valueError(name, 'there are no certificates with "psk": give one of the two', '(given)');
  }
  if (!Array.isArray(value)) return [pskPair('psk', value)];
  if (value.length === 0) throw valueError('psk', 'it has no key, so no client could come', value);
  return value.map((one, index) => pskPair(`psk[${index}]`, one));
}
