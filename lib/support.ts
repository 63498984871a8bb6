// SPDX-License-Identifier: MIT
import * as os from 'node:os';
import { EPROTONOSUPPORT, ESOCKTNOSUPPORT } from './errno.js';
import { QuicError, systemError } from './errors.js';
import { native } from './native.js';

export interface Support {
  available: boolean;
  /** The running kernel's release. */
  kernel: string;
  /** What the user can do where QUIC is not available. */
  reason?: string;
}

const NOT_LOADED = 'the kernel module is not loaded; as root: modprobe quic (or insmod quic.ko)';

/** 0, or what socket() says: -errno. */
function probe(): number {
  const fd = native().socket(4, 2);
  return fd < 0 ? fd : native().close(fd);
}

/** Never throws, on no platform: `reason` says what to do. */
export function support(): Support {
  const kernel = os.release();
  try {
    const result = probe();
    if (result === 0) return { available: true, kernel };
    if (isUnknown(result)) {
      return { available: false, kernel, reason: NOT_LOADED };
    }
    return { available: false, kernel, reason: systemError('socket', result).message };
  } catch (error) {
    return { available: false, kernel, reason: (error as Error).message };
  }
}

function isUnknown(result: number): boolean {
  return result === -EPROTONOSUPPORT || result === -ESOCKTNOSUPPORT;
}

/** Throws ERR_QUIC_UNSUPPORTED where the kernel has no QUIC; a lack of descriptors is EMFILE, not that. */
export function requireSupport(): void {
  checkSocket(probe());
}

/** The same for what socket() said, which is returned otherwise. */
export function checkSocket(result: number): number {
  if (result >= 0) return result;
  if (!isUnknown(result)) throw systemError('socket', result);
  const message = `QUIC is not available on ${os.release()}: ${NOT_LOADED}`;
  throw new QuicError(message, { code: 'ERR_QUIC_UNSUPPORTED' });
}
