// SPDX-License-Identifier: MIT
import { ENOPROTOOPT } from './errno.js';
import { QuicError, type SystemError } from './errors.js';
import { QuicVersion } from './socket/constants.js';
import type { QuicSocket } from './socket/socket.js';

export interface ConnectionStats {
  /** The QUIC version in use: 1, or 2 (RFC 9369). */
  version: 1 | 2;
  /** Microseconds. */
  rtt: number;
  rttVar: number;
  minRtt: number;
  /** Bytes. */
  cwnd: number;
  bytesInFlight: number;
  /** The largest UDP payload that this end sends. */
  mtu: number;
  /** Of UDP payload. */
  bytesSent: number;
  bytesReceived: number;
  packetsSent: number;
  packetsReceived: number;
  packetsLost: number;
  packetsRetransmitted: number;
  datagramsSent: number;
  datagramsReceived: number;
  /** At this end: those that could not leave, and those that nobody read in time. */
  datagramsDropped: number;
  streamsOpened: number;
  streamsAccepted: number;
}

/** A connection's, now and, when it is over, as they were. */
export class Statistics {
  #last: ConnectionStats | undefined;

  constructor(
    private readonly socket: QuicSocket,
    private readonly unread: { readonly dropped: number },
  ) {}

  read(): ConnectionStats {
    const stats = readStats(this.socket);
    return { ...stats, datagramsDropped: stats.datagramsDropped + this.unread.dropped };
  }

  /** The end is near, after which the socket has none. */
  keep(): void {
    try {
      this.#last ??= this.read();
    } catch {
      // A module without statistics: read() said so when asked.
    }
  }

  get last(): ConnectionStats | undefined {
    return this.#last;
  }
}

export function readStats(socket: QuicSocket): ConnectionStats {
  try {
    const { smoothedRtt, ...stats } = socket.stats();
    return {
      version: stats.version === QuicVersion.V2 ? 2 : 1,
      rtt: smoothedRtt,
      rttVar: stats.rttVar,
      minRtt: stats.minRtt,
      cwnd: stats.cwnd,
      bytesInFlight: stats.bytesInFlight,
      mtu: stats.mtu,
      bytesSent: stats.bytesSent,
      bytesReceived: stats.bytesReceived,
      packetsSent: stats.packetsSent,
      packetsReceived: stats.packetsReceived,
      packetsLost: stats.packetsLost,
      packetsRetransmitted: stats.packetsRetransmitted,
      datagramsSent: stats.datagramsSent,
      datagramsReceived: stats.datagramsReceived,
      datagramsDropped: stats.datagramsDropped,
      streamsOpened: stats.streamsOpened,
      streamsAccepted: stats.streamsAccepted,
    };
  } catch (error) {
    if ((error as SystemError).errno !== -ENOPROTOOPT) throw error;
    throw new QuicError("this kernel module has no statistics: they are kquic's extension", {
      code: 'ERR_QUIC_UNSUPPORTED',
      cause: error,
    });
  }
}
