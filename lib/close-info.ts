// SPDX-License-Identifier: MIT
import { QuicError, type QuicErrorCode } from './errors.js';
import { TransportError } from './socket/constants.js';
import type { QuicSocket } from './socket/socket.js';
import type { ConnectionClose } from './socket/structs.js';
import { alertOfErrorCode } from './tls-alerts.js';

export interface CloseInfo {
  /**
   * local: close() or destroy(). peer: the peer's application closed. timeout: the peer fell silent.
   * reset: the peer has forgotten the connection. error: the transport failed.
   */
  by: 'local' | 'peer' | 'timeout' | 'reset' | 'error';
  code: number;
  reason: string;
  error?: QuicError;
}

/**
 * What stands in the close frame if this process ends without closing the connection. It also tells
 * an idle timeout from a peer's close with code 0, whose events look the same: only the latter
 * replaces it in the socket option (spec, S6.19).
 */
const ABANDONED: ConnectionClose = { errcode: 0, frame: 0, phrase: 'socket closed' };

/** For a socket before its handshake, or of a connection that is taken over. */
export function markAbandoned(socket: QuicSocket): void {
  socket.setConnectionClose(ABANDONED);
}

function closedBy(by: CloseInfo['by'], code: QuicErrorCode, close: ConnectionClose): CloseInfo {
  const { errcode, phrase } = close;
  const because = phrase === '' ? '' : `: ${phrase}`;
  const alert = alertOfErrorCode(errcode);
  const name = alert === undefined ? `code ${errcode}` : `alert ${alert}`;
  const text =
    by === 'peer' ? `the peer closed the connection (${name})` : `the connection failed (${name})`;
  const error = new QuicError(text + because, { code, errorCode: errcode, reason: phrase });
  return { by, code: errcode, reason: phrase, error };
}

/** `event` is undefined if the end came before events were on; `stored` is the socket option. */
export function closeInfo(event: ConnectionClose | undefined, stored: ConnectionClose): CloseInfo {
  const close = event ?? stored;
  const { errcode, frame, phrase } = close;
  const empty = errcode === 0 && frame === 0 && (phrase === '' || event === undefined);
  if (empty && stored.phrase === ABANDONED.phrase) {
    const error = new QuicError('the peer has fallen silent: the idle timeout expired', {
      code: 'ERR_QUIC_IDLE_TIMEOUT',
    });
    return { by: 'timeout', code: 0, reason: '', error };
  }
  // RFC 9000, 10.3; S7.6. HTTP/3's "no error" is the same number, but replaces the option.
  const untouched = stored.phrase === ABANDONED.phrase;
  if (errcode === TransportError.CRYPTO && frame === 0 && phrase === '' && untouched) {
    const error = new QuicError('the peer does not know the connection any more', {
      code: 'ERR_QUIC_CLOSED',
    });
    return { by: 'reset', code: 0, reason: '', error };
  }
  if (frame !== 0) return closedBy('error', 'ERR_QUIC_TRANSPORT_ERROR', close);
  if (errcode === 0) return { by: 'peer', code: 0, reason: phrase };
  return closedBy('peer', 'ERR_QUIC_APPLICATION_ERROR', close);
}

/** Why a handshake failed, if it was not TLS nor the peer: for example the socket's errno as `cause`. */
export function handshakeError(error: unknown): QuicError {
  if (error instanceof QuicError) return error;
  const code = 'ERR_QUIC_CONNECTION_FAILED';
  return new QuicError('the handshake failed', { code, cause: error });
}

/** A handshake failed after connect() had resolved, with early data on its way. */
export function failedInfo(error: unknown): CloseInfo {
  const known = handshakeError(error);
  return { by: 'error', code: known.errorCode ?? 0, reason: known.reason ?? '', error: known };
}

/** What operations on a connection that is over reject with. */
export function closedError(info: CloseInfo): QuicError {
  if (info.error !== undefined) return info.error;
  const who = info.by === 'local' ? 'this end' : 'the peer';
  return new QuicError(`the connection was closed by ${who}`, {
    code: 'ERR_QUIC_CLOSED',
    errorCode: info.code,
    reason: info.reason,
  });
}
