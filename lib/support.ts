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

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  return (
    `the native addon does not load (${text}); it needs g++, make, python3, pkg-config and ` +
    'libgnutls28-dev, then: npm rebuild kquic'
  );
}

/** Never throws, on no platform: `reason` says what to do. */
export function support(): Support {
  const kernel = os.release();
  if (process.platform !== 'linux') {
    return { available: false, kernel, reason: 'Linux only: QUIC runs in the Linux kernel' };
  }
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
    return { available: false, kernel, reason: reasonOf(error) };
  }
}

/** The error of whoever needs QUIC where support() says no. */
export function unsupported(): QuicError {
  const { kernel, reason } = support();
  const message = `QUIC is not available on ${kernel}: ${reason ?? 'unknown reason'}`;
  return new QuicError(message, { code: 'ERR_QUIC_UNSUPPORTED' });
}
