// SPDX-License-Identifier: MIT
import { KeyObject } from 'node:crypto';
import { native, type Credentials } from './native.js';
import { typeError, valueError } from './validate.js';

/** PEM text, or the bytes of a PEM file. */
export type Pem = string | Uint8Array;

/** Who this end is: the names are node:tls's. */
export interface Identity {
  key: Pem | KeyObject;
  /** The certificate, and the rest of its chain after it. */
  cert: Pem;
  passphrase?: string;
}

interface Trust {
  /** Trust anchors instead of the system's. */
  ca?: Pem | Pem[] | undefined;
}

function pem(name: string, value: unknown): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value);
  if (value instanceof Uint8Array) return value;
  throw typeError(name, 'a string or a Uint8Array of PEM', value);
}

function privateKey(value: unknown): Uint8Array {
  if (!(value instanceof KeyObject)) return pem('key', value);
  if (value.type !== 'private') throw valueError('key', 'it must be a private key', value.type);
  return Buffer.from(value.export({ type: 'pkcs8', format: 'pem' }));
}

function setKeyPair(credentials: Credentials, { key, cert, passphrase }: Partial<Identity>): void {
  if (passphrase !== undefined && typeof passphrase !== 'string') {
    throw typeError('passphrase', 'a string', passphrase);
  }
  const error = credentials.setKeyPair(pem('cert', cert), privateKey(key), passphrase);
  if (error < 0) {
    throw valueError('key" and "cert', native().tlsErrorText(error), `GnuTLS error ${error}`);
  }
}

function setTrust(credentials: Credentials, ca: Pem | Pem[]): void {
  for (const one of Array.isArray(ca) ? ca : [ca]) {
    const count = credentials.addTrust(pem('ca', one));
    if (count > 0) continue;
    const why = count < 0 ? native().tlsErrorText(count) : 'it holds no certificate';
    throw valueError('ca', why, one);
  }
}

let systemTrust: Credentials | undefined;

/** The system's trust store takes tens of milliseconds to load, so it is loaded once. */
function withSystemTrust(): Credentials {
  if (systemTrust === undefined) {
    systemTrust = new (native().Credentials)();
    systemTrust.useSystemTrust();
  }
  return systemTrust;
}

/**
 * Checks `key`, `cert`, `passphrase` and `ca`, and loads them. A server needs the first two.
 * `client`: without `ca` the system's trust anchors are taken.
 */
export function credentialsOf(options: Partial<Identity> & Trust, client: boolean): Credentials {
  const { key, cert, ca } = options;
  if (!client && cert === undefined) throw typeError('cert', 'PEM', cert);
  if (!client && key === undefined) throw typeError('key', 'PEM or a KeyObject', key);
  if ((key === undefined) !== (cert === undefined)) {
    throw valueError(key === undefined ? 'cert' : 'key', '"key" and "cert" belong together', '');
  }
  if (key === undefined && ca === undefined) return withSystemTrust();

  const credentials = new (native().Credentials)();
  if (key !== undefined) setKeyPair(credentials, options);
  if (ca !== undefined) setTrust(credentials, ca);
  else credentials.useSystemTrust();
  return credentials;
}
