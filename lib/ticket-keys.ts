// SPDX-License-Identifier: MIT
import { createHash, hkdfSync } from 'node:crypto';
import { types } from 'node:util';
import { typeError, valueError } from './validate.js';

/** node:tls has keys of this size. */
const MIN_SIZE = 48;
/** What a socket gives to GnuTLS (S5.20). */
const KEY_SIZE = 64;

/**
 * The key of session tickets that listeners with the same `keys` and the same `settings` share. Settings
 * are what a session stands for: the limits on which early data relies (RFC 9000, 7.4.1), and how
 * clients' certificates were verified.
 */
export function ticketKey(keys: unknown, settings: object): Buffer | undefined {
  if (keys === undefined) return undefined;
  if (!types.isUint8Array(keys)) throw typeError('ticketKeys', 'a Uint8Array', keys);
  if (keys.length < MIN_SIZE) {
    throw valueError('ticketKeys', `it needs at least ${MIN_SIZE} bytes`, `${keys.length} bytes`);
  }
  const digest = createHash('sha256').update(JSON.stringify(settings)).digest('hex');
  const purpose = `kquic session tickets ${digest}`;
  return Buffer.from(hkdfSync('sha512', keys, '', purpose, KEY_SIZE));
}
