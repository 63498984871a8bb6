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

/** Never throws, on no platform: `reason` says what to do. */
export function support(): Support {
  const kernel = os.release();
  try {
    const fd = native().socket(4, 2);
    if (fd >= 0) {
      native().close(fd);
      return { available: true, kernel };
    }
    if (fd === -EPROTONOSUPPORT || fd === -ESOCKTNOSUPPORT) {
      const reason = 'the kernel module is not loaded; as root: modprobe quic (or insmod quic.ko)';
      return { available: false, kernel, reason };
    }
    return { available: false, kernel, reason: systemError('socket', fd).message };
  } catch (error) {
    return { available: false, kernel, reason: (error as Error).message };
  }
}

/** Throws ERR_QUIC_UNSUPPORTED, with the reason, where support() says no. */
export function requireSupport(): void {
  const { available, kernel, reason } = support();
  if (available) return;
  const message = `QUIC is not available on ${kernel}: ${reason ?? 'unknown reason'}`;
  throw new QuicError(message, { code: 'ERR_QUIC_UNSUPPORTED' });
}
