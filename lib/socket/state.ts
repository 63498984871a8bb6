// SPDX-License-Identifier: MIT
//
// What a socket is, as its options tell.
import { EINVAL, ENOTCONN } from '../errno.js';
import type { SystemError } from '../errors.js';
import { SockOpt } from './constants.js';
import type { QuicSocket } from './socket.js';

/** False if `call` fails with `errno`; any other error is thrown. */
function works(call: () => unknown, errno: number): boolean {
  try {
    call();
    return true;
  } catch (error) {
    if ((error as SystemError).errno === -errno) return false;
    throw error;
  }
}

export function isListening(socket: QuicSocket): boolean {
  return socket.getNumber('listening') === 1;
}

/** Only clients can read a token (S5.32), and sockets that may become some. */
export function isServer(socket: QuicSocket): boolean {
  return !works(() => socket.getOption(SockOpt.TOKEN, new Uint8Array(128)), EINVAL);
}

/** From connect() or accept() to the connection's end. */
export function isConnected(socket: QuicSocket): boolean {
  return works(() => socket.remoteAddress(), ENOTCONN);
}

/** Own parameters can be set until a connection is established, and not any more then (S6.38). */
export function isEstablished(socket: QuicSocket): boolean {
  return !works(() => {
    socket.setTransportParam({});
  }, EINVAL);
}
