// SPDX-License-Identifier: MIT
//
// What a client keeps of a connection to resume it: TLS's own data, and what must be the same next
// time. TLS believes its data, and GnuTLS may crash on some that is damaged, so all of it stands under a
// checksum. It holds a secret: who can write it can do worse than break the checksum.
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { types } from 'node:util';
import { native } from './native.js';
import type { TransportParam } from './socket/structs.js';
import { typeError, valueError } from './validate.js';

const MAGIC = Buffer.from('kqs1');
const DIGEST_SIZE = 16;
const LENGTH_SIZE = 4;

/** What a session belongs to, and what is known of a connection before its handshake is complete. */
export interface SessionFacts {
  /** What the certificate was for. */
  servername: string;
  /** RFC 8446, 4.2.10: early data is for this protocol. */
  alpn: string;
  cipher: string;
  /** Whether the certificate was verified: a resumed handshake has none. */
  authorized: boolean;
  /** RFC 9369, 5: tickets are not for another version. */
  version: 1 | 2;
}

interface Header extends SessionFacts {
  /** GnuTLS's format is that of one version on one machine. */
  format: string;
  transportParam: TransportParam;
  issued: number;
}

export interface Session {
  facts: SessionFacts;
  /** The peer's limits, for early data (S5.27). */
  transportParam: TransportParam;
  tls: Uint8Array;
}

/** RFC 8446, 4.6.1: no ticket lives longer than seven days. */
const LIFETIME = 7 * 24 * 60 * 60 * 1000;

function format(): string {
  return `${native().tlsVersion} ${process.arch} ${endianness()}`;
}

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, DIGEST_SIZE);
}

export function sealSession({ facts, transportParam, tls }: Session): Buffer {
  const header: Header = {
    ...facts,
    format: format(),
    transportParam,
    issued: Date.now(),
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH_SIZE);
  length.writeUInt32BE(text.length);
  const body = Buffer.concat([length, text, tls]);
  return Buffer.concat([MAGIC, digest(body), body]);
}

/**
 * Throws ERR_INVALID_ARG_VALUE for what is damaged or never was a session. One that cannot be used any
 * more (too old, of another version of GnuTLS) is undefined: that is nobody's mistake.
 */
export function openSession(value: unknown): Session | undefined {
  if (value === undefined) return undefined;
  if (!types.isUint8Array(value)) throw typeError('session', 'a Uint8Array', value);
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const start = MAGIC.length + DIGEST_SIZE;
  const body = bytes.subarray(start);
  const intact =
    bytes.length > start + LENGTH_SIZE &&
    bytes.subarray(0, MAGIC.length).equals(MAGIC) &&
    bytes.subarray(MAGIC.length, start).equals(digest(body));
  if (!intact) {
    const why = "it is not what a 'session' event gave, or it was damaged; connect without it";
    throw valueError('session', why, `${bytes.length} bytes`);
  }
  const end = LENGTH_SIZE + body.readUInt32BE();
  const header = JSON.parse(body.toString('utf8', LENGTH_SIZE, end)) as Header;
  if (header.format !== format() || header.issued + LIFETIME < Date.now()) return undefined;
  const { servername, alpn, cipher, authorized, version } = header;
  return {
    facts: { servername, alpn, cipher, authorized, version },
    transportParam: header.transportParam,
    tls: body.subarray(end),
  };
}

/** Whether a connection may resume the session: otherwise its handshake is a full one. */
export function fits(
  { facts }: Session,
  wanted: {
    servername: string;
    alpn: readonly string[];
    rejectUnauthorized: boolean;
    version: 1 | 2 | undefined;
  },
): boolean {
  return (
    facts.servername === wanted.servername &&
    wanted.alpn.includes(facts.alpn) &&
    (facts.authorized || !wanted.rejectUnauthorized) &&
    (wanted.version === undefined || facts.version === wanted.version)
  );
}
