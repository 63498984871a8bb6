// SPDX-License-Identifier: MIT
import { KeyObject, X509Certificate, createPrivateKey } from 'node:crypto';
import { native, type Credentials } from './native.js';
import { object, typeError, valueError } from './validate.js';

/** PEM text, or the bytes of a PEM file. */
export type Pem = string | Uint8Array;

/** Who this end is: the names are node:tls's. */
export interface Identity {
  key: Pem | KeyObject;
  /** The certificate, and the rest of its chain after it. */
  cert: Pem;
  /** Of `key`, if it is encrypted. */
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

function privateKey(name: string, value: unknown): Uint8Array {
  if (!(value instanceof KeyObject)) return pem(name, value);
  if (value.type !== 'private') throw valueError(name, 'it must be a private key', value.type);
  return Buffer.from(value.export({ type: 'pkcs8', format: 'pem' }));
}

interface KeyPair {
  key: Uint8Array;
  cert: Uint8Array;
  passphrase: string | undefined;
}

function certificateOf(where: string, { cert }: KeyPair): X509Certificate {
  try {
    return new X509Certificate(cert);
  } catch (cause) {
    throw valueError(`${where}cert`, 'it begins with no PEM certificate', cert, cause);
  }
}

function privateKeyOf(where: string, { key, passphrase }: KeyPair): KeyObject {
  try {
    return createPrivateKey({
      key: Buffer.from(key),
      ...(passphrase !== undefined && { passphrase }),
    });
  } catch (cause) {
    const name = `${where}key`;
    const encrypted = Buffer.from(key).includes('ENCRYPTED');
    // The value is a secret, so it is not shown.
    if (encrypted && passphrase === undefined) {
      throw valueError(name, 'it is encrypted and needs "passphrase"', '(hidden)', cause);
    }
    if (encrypted) {
      throw valueError(`${where}passphrase`, 'it does not decrypt "key"', '(hidden)', cause);
    }
    throw valueError(name, 'it is no private key in PEM', '(hidden)', cause);
  }
}

/** GnuTLS has refused the pair with one number for many reasons: OpenSSL says which part is at fault. */
function refusal(where: string, pair: KeyPair, error: number): Error {
  try {
    const cert = certificateOf(where, pair);
    const key = privateKeyOf(where, pair);
    if (!cert.checkPrivateKey(key)) {
      const why = 'the certificate is for another key';
      return valueError(`${where}key" and "${where}cert`, why, cert.subject);
    }
  } catch (known) {
    return known as Error;
  }
  const why = native().tlsErrorText(error);
  return valueError(`${where}key" and "${where}cert`, why, `GnuTLS error ${error}`);
}

function setKeyPair(credentials: Credentials, identity: Partial<Identity>, where: string): void {
  const { passphrase } = identity;
  if (passphrase !== undefined && typeof passphrase !== 'string') {
    throw typeError(`${where}passphrase`, 'a string', passphrase);
  }
  const cert = pem(`${where}cert`, identity.cert);
  const key = privateKey(`${where}key`, identity.key);
  const error = credentials.setKeyPair(cert, key, passphrase);
  if (error < 0) throw refusal(where, { key, cert, passphrase }, error);
}

function setTrust(credentials: Credentials, ca: Pem | Pem[]): void {
  const list = Array.isArray(ca) ? ca : [ca];
  if (list.length === 0) throw valueError('ca', 'it names nobody, so nobody could be trusted', ca);
  for (const [index, one] of list.entries()) {
    const name = Array.isArray(ca) ? `ca[${index}]` : 'ca';
    const count = credentials.addTrust(pem(name, one));
    if (count > 0) continue;
    const why = count < 0 ? native().tlsErrorText(count) : 'it holds no certificate';
    throw valueError(name, why, one);
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

/** Checks `key`, `cert`, `passphrase` and `ca`, and loads them. Without `ca`: the system's trust anchors. */
export function clientCredentials(options: Partial<Identity> & Trust): Credentials {
  const { key, cert, ca } = options;
  if ((key === undefined) !== (cert === undefined)) {
    throw valueError(key === undefined ? 'cert' : 'key', '"key" and "cert" belong together', '');
  }
  if (key === undefined && ca === undefined) return withSystemTrust();

  const credentials = new (native().Credentials)();
  if (key !== undefined) setKeyPair(credentials, options, '');
  if (ca !== undefined) setTrust(credentials, ca);
  else credentials.useSystemTrust();
  return credentials;
}

/** Whom a server trusts to name its clients. */
export interface ClientTrust extends Trust {
  requestCert: boolean;
}

/**
 * The same for a server, which needs `key` and `cert`. `where` comes before the options' names in
 * errors.
 */
export function serverCredentials(
  identity: Partial<Identity>,
  { ca, requestCert }: ClientTrust,
  where = '',
): Credentials {
  const { key, cert } = identity;
  if (cert === undefined) throw typeError(`${where}cert`, 'PEM', cert);
  if (key === undefined) throw typeError(`${where}key`, 'PEM or a KeyObject', key);
  const credentials = new (native().Credentials)();
  setKeyPair(credentials, identity, where);
  if (ca !== undefined) setTrust(credentials, ca);
  else if (requestCert) credentials.useSystemTrust();
  return credentials;
}

/** `value` must be an object like {@link Identity}; what is in it is checked when it is loaded. */
export function identityObject(name: string, value: unknown): Partial<Identity> {
  return object(name, value);
}
