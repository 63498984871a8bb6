// SPDX-License-Identifier: MIT
//
// Descriptors from elsewhere: inherited from a parent, or given away by detach() in another thread.
import { keptAlpn } from './alpn.js';
import { EBADF, ENOTCONN, ENOTSOCK } from './errno.js';
import { markAbandoned } from './close-info.js';
import type { ConnectionInit } from './connection-init.js';
import type { SystemError } from './errors.js';
import { CipherType } from './socket/constants.js';
import { QuicSocket } from './socket/socket.js';
import { isEstablished, isListening, isServer } from './socket/state.js';
import { requireSupport } from './support.js';
import { typeError, valueError } from './validate.js';

const REFUSALS = new Map([
  [-EBADF, 'it is not open'],
  [-ENOTSOCK, 'it is no socket'],
]);

/** Throws, with the reason, for a descriptor that is none of a QUIC socket. */
function adopt(fd: unknown): QuicSocket {
  if (typeof fd !== 'number') throw typeError('fd', 'a number', fd);
  requireSupport();
  try {
    return QuicSocket.adopt(fd);
  } catch (error) {
    const why = REFUSALS.get((error as SystemError).errno);
    if (why === undefined) throw error;
    throw valueError('fd', why, fd, error);
  }
}

/** Calls `check`; if that throws the descriptor stays open, and the caller's. */
function orRelease<T>(socket: QuicSocket, check: () => T): T {
  try {
    return check();
  } catch (error) {
    socket.detach();
    throw error;
  }
}

/** A listening socket, after `configure`. */
export function adoptListener(fd: unknown, configure: (socket: QuicSocket) => void): QuicSocket {
  const socket = adopt(fd);
  return orRelease(socket, () => {
    if (!isListening(socket))
      throw valueError('fd', 'it is a QUIC socket that does not listen', fd);
    configure(socket);
    return socket;
  });
}

const CIPHERS = new Map<number, string>([
  [CipherType.AES_GCM_128, 'TLS_AES_128_GCM_SHA256'],
  [CipherType.AES_GCM_256, 'TLS_AES_256_GCM_SHA384'],
  [CipherType.AES_CCM_128, 'TLS_AES_128_CCM_SHA256'],
  [CipherType.CHACHA20_POLY1305, 'TLS_CHACHA20_POLY1305_SHA256'],
]);

/** Empty where the module has no statistics. */
function cipherOf(socket: QuicSocket): string {
  try {
    return CIPHERS.get(socket.stats().cipherType) ?? '';
  } catch {
    return '';
  }
}

/** What the kernel knows of a connection. What only TLS knew, the certificate and the name, is gone. */
export function adoptConnection(fd: unknown): ConnectionInit {
  const socket = adopt(fd);
  return orRelease(socket, () => {
    if (isListening(socket))
      throw valueError('fd', 'it is a listening socket: listen() takes it', fd);
    try {
      const remote = socket.remoteAddress();
      if (!isEstablished(socket)) throw valueError('fd', 'its handshake is not complete', fd);
      markAbandoned(socket);
      return {
        socket,
        role: isServer(socket) ? 'server' : 'client',
        local: socket.localAddress(),
        remote,
        peer: {
          alpn: keptAlpn(socket),
          cipher: cipherOf(socket),
          servername: undefined,
          authorized: false,
          peerCertificate: undefined,
          sessionReused: false,
          earlyDataAccepted: false,
        },
        maxData: socket.transportParam().maxData,
      };
    } catch (error) {
      if ((error as SystemError).errno !== -ENOTCONN) throw error;
      throw valueError('fd', 'it is not connected, or not any more', fd, error);
    }
  });
}
