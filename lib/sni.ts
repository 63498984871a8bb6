// SPDX-License-Identifier: MIT
//
// Which certificate a client gets. As TLS users expect: an exact name before a wildcard, and a
// wildcard ("*.example.org") stands for exactly one label (RFC 6125, 6.4.3).
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { QuicError } from './errors.js';
import { identityObject, serverCredentials, type ClientTrust, type Identity } from './identity.js';
import type { Credentials } from './native.js';
import { TransportError } from './socket/constants.js';
import { Alert, alertName } from './tls-alerts.js';
import { typeError, valueError } from './validate.js';

/** Gets a name in lower case, in its ASCII form. Undefined: the default identity, if there is one. */
export type SniFunction = (
  servername: string,
) => Identity | undefined | Promise<Identity | undefined>;

export type Sni = Record<string, Identity> | SniFunction;

function refuse(alert: number, why: string, cause?: unknown): QuicError {
  return new QuicError(`${why} (alert ${alertName(alert)})`, {
    code: 'ERR_QUIC_TRANSPORT_ERROR',
    errorCode: TransportError.CRYPTO + alert,
    cause,
  });
}

/** The key of the table for a name that a program wrote: 'Bücher.example' or '*.example.org'. */
function tableKey(name: string): string {
  const wildcard = name.startsWith('*.');
  const rest = wildcard ? name.slice(2) : name;
  const ascii = domainToASCII(rest).replace(/\.$/, '');
  if (isIP(rest) !== 0 || isIP(ascii) !== 0) {
    throw valueError('sni', 'clients send no IP address as a server name (RFC 6066, 3)', name);
  }
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(ascii)) {
    throw valueError('sni', 'a name must be a host name, or "*." and a host name', name);
  }
  return wildcard ? `*.${ascii}` : ascii;
}

/** A server's identities: the default one, and those for the names that clients ask for. */
export class Identities {
  readonly #names = new Map<string, Credentials>();
  readonly #choose: SniFunction | undefined;
  /** What {@link SniFunction} returned: a certificate is parsed once for each object. */
  readonly #seen = new WeakMap<Identity, Credentials>();
  readonly #trust: ClientTrust;
  #fallback: Credentials | undefined;

  /** Throws for anything that is wrong with an identity, with its place in the options. */
  constructor(options: Partial<Identity> & { sni?: Sni | undefined }, trust: ClientTrust) {
    const { sni, key, cert } = options;
    this.#trust = trust;
    if (typeof sni === 'function') this.#choose = sni;
    else if (sni !== undefined) this.#load(sni);
    if (sni === undefined || key !== undefined || cert !== undefined) this.setDefault(options);
    else if (typeof sni !== 'function' && this.#names.size === 0) {
      throw valueError('sni', 'it is empty, and there are no "key" and "cert"', sni);
    }
  }

  #load(sni: Record<string, Identity>): void {
    for (const [name, value] of Object.entries(sni)) {
      const where = `sni['${name}']`;
      const identity = identityObject(where, value);
      this.#names.set(tableKey(name), serverCredentials(identity, this.#trust, `${where}.`));
    }
  }

  /** True if the client's server name has to be known before {@link choose}. */
  get byName(): boolean {
    return this.#choose !== undefined || this.#names.size > 0;
  }

  get fallback(): Credentials | undefined {
    return this.#fallback;
  }

  setDefault(identity: Partial<Identity>): void {
    this.#fallback = serverCredentials(identity, this.#trust);
  }

  /** `servername` is empty if the client sent none. Rejects with what the client is told as an alert. */
  async choose(servername: string): Promise<Credentials> {
    const found = servername === '' ? undefined : await this.#find(servername);
    const chosen = found ?? this.#fallback;
    if (chosen !== undefined) return chosen;
    // RFC 8446, 9.2
    if (servername === '') throw refuse(Alert.MISSING_EXTENSION, 'the client named no server');
    // RFC 6066, 3
    throw refuse(Alert.UNRECOGNIZED_NAME, `there is no certificate for "${servername}"`);
  }

  async #find(servername: string): Promise<Credentials | undefined> {
    if (this.#choose === undefined) {
      const wildcard = servername.replace(/^[^.]*/, '*');
      return this.#names.get(servername) ?? this.#names.get(wildcard);
    }
    try {
      const identity = await this.#choose(servername);
      return identity === undefined ? undefined : this.#parsed(servername, identity);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const why = `the "sni" function failed for "${servername}": ${message}`;
      throw refuse(Alert.INTERNAL_ERROR, why, cause);
    }
  }

  #parsed(servername: string, value: Identity): Credentials {
    const name = `sni('${servername}')`;
    const identity = identityObject(name, value);
    let credentials = this.#seen.get(value);
    if (credentials === undefined) {
      credentials = serverCredentials(identity, this.#trust, `${name}.`);
      this.#seen.set(value, credentials);
    }
    return credentials;
  }
}

/** The "sni" option: a table or a function. */
export function sniOption(value: unknown): Sni | undefined {
  if (value === undefined || typeof value === 'function') return value as SniFunction | undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw typeError('sni', 'an object of identities by name, or a function', value);
  }
  return value as Record<string, Identity>;
}
