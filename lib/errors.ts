// SPDX-License-Identifier: MIT
import { getSystemErrorName } from 'node:util';
import { alertOfErrorCode } from './tls-alerts.js';

/** Codes that node:quic has too keep its names. */
export type QuicErrorCode =
  | 'ERR_QUIC_UNSUPPORTED'
  | 'ERR_QUIC_CONNECTION_FAILED'
  | 'ERR_QUIC_TRANSPORT_ERROR'
  | 'ERR_QUIC_APPLICATION_ERROR'
  | 'ERR_QUIC_IDLE_TIMEOUT'
  | 'ERR_QUIC_STREAM_RESET'
  | 'ERR_QUIC_STREAM_STOPPED'
  | 'ERR_QUIC_OPEN_STREAM_FAILED'
  | 'ERR_QUIC_STREAM_TOO_LARGE'
  | 'ERR_QUIC_MIGRATION_FAILED'
  | 'ERR_QUIC_VERSION_NEGOTIATION_ERROR'
  | 'ERR_QUIC_CLOSED';

export interface QuicErrorOptions {
  code?: QuicErrorCode;
  /** The code on the wire. */
  errorCode?: number;
  /** The peer's phrase. */
  reason?: string;
  cause?: unknown;
}

const BRAND = Symbol.for('kquic.QuicError');

/** What the peer or the network did to a connection or a stream. */
export class QuicError extends Error {
  override readonly name = 'QuicError';
  readonly code: QuicErrorCode;
  declare readonly errorCode?: number;
  declare readonly reason?: string;
  /** TLS alert, for example 'bad_certificate'. */
  declare readonly alert?: string;

  constructor(message: string, options: QuicErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code ?? 'ERR_QUIC_CLOSED';
    if (options.errorCode !== undefined) this.errorCode = options.errorCode;
    if (options.reason !== undefined && options.reason !== '') this.reason = options.reason;
    if (this.code === 'ERR_QUIC_TRANSPORT_ERROR' && options.errorCode !== undefined) {
      const alert = alertOfErrorCode(options.errorCode);
      if (alert !== undefined) this.alert = alert;
    }
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** True for errors of any copy of this package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/** A failed system call, in the shape of Node's own: { code: 'EADDRINUSE', errno, syscall: 'bind' }. */
export interface SystemError extends Error {
  code: string;
  errno: number;
  syscall: string;
  address?: string;
  port?: number;
}

/** `result` is what the addon returned: -errno. */
export function systemError(
  syscall: string,
  result: number,
  where?: { address: string; port: number },
): SystemError {
  const code = getSystemErrorName(result);
  const place = where === undefined ? '' : ` ${where.address}:${where.port}`;
  const error = new Error(`${syscall} ${code}${place}`);
  return Object.assign(error, { code, errno: result, syscall, ...where });
}

/** An argument that the caller got wrong, with one of Node's ERR_INVALID_ARG_* codes. */
export function argumentError(
  kind: 'TypeError' | 'RangeError',
  code: 'ERR_INVALID_ARG_TYPE' | 'ERR_INVALID_ARG_VALUE' | 'ERR_OUT_OF_RANGE',
  message: string,
  cause?: unknown,
): TypeError | RangeError {
  const options = cause === undefined ? undefined : { cause };
  const error =
    kind === 'TypeError' ? new TypeError(message, options) : new RangeError(message, options);
  return Object.assign(error, { code });
}

/** A call at the wrong time, with Node's code for it. */
export function stateError(message: string, cause?: unknown): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause });
  return Object.assign(error, { code: 'ERR_INVALID_STATE' });
}

/** What an aborted AbortSignal makes a promise reject with. */
export function abortError(signal: AbortSignal): Error {
  const error = new Error('The operation was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  return Object.assign(error, { code: 'ABORT_ERR' });
}
