// SPDX-License-Identifier: MIT
//
// The structures of <linux/quic.h> (spec, 1.7). Times are in microseconds as the kernel has them.
import { Struct } from './struct.js';

export interface TransportParam {
  remote: number;
  disableActiveMigration: number;
  greaseQuicBit: number;
  statelessReset: number;
  disable1rttEncryption: number;
  disableCompatibleVersion: number;
  activeConnectionIdLimit: number;
  ackDelayExponent: number;
  maxDatagramFrameSize: number;
  maxUdpPayloadSize: number;
  maxIdleTimeout: number;
  maxAckDelay: number;
  maxStreamsBidi: number;
  maxStreamsUni: number;
  maxData: number;
  maxStreamDataBidiLocal: number;
  maxStreamDataBidiRemote: number;
  maxStreamDataUni: number;
}

export const transportParam = new Struct<TransportParam>(56, {
  remote: [0, 'u8'],
  disableActiveMigration: [1, 'u8'],
  greaseQuicBit: [2, 'u8'],
  statelessReset: [3, 'u8'],
  disable1rttEncryption: [4, 'u8'],
  disableCompatibleVersion: [5, 'u8'],
  activeConnectionIdLimit: [6, 'u8'],
  ackDelayExponent: [7, 'u8'],
  maxDatagramFrameSize: [8, 'u16'],
  maxUdpPayloadSize: [10, 'u16'],
  maxIdleTimeout: [12, 'u32'],
  maxAckDelay: [16, 'u32'],
  maxStreamsBidi: [20, 'u16'],
  maxStreamsUni: [22, 'u16'],
  maxData: [24, 'u64'],
  maxStreamDataBidiLocal: [32, 'u64'],
  maxStreamDataBidiRemote: [40, 'u64'],
  maxStreamDataUni: [48, 'u64'],
});

export interface Config {
  version: number;
  plpmtudProbeInterval: number;
  initialSmoothedRtt: number;
  payloadCipherType: number;
  congestionControlAlgo: number;
  validatePeerAddress: number;
  streamDataNodelay: number;
  receiveSessionTicket: number;
  certificateRequest: number;
  keepaliveProbeInterval: number;
}

export const config = new Struct<Config>(28, {
  version: [0, 'u32'],
  plpmtudProbeInterval: [4, 'u32'],
  initialSmoothedRtt: [8, 'u32'],
  payloadCipherType: [12, 'u32'],
  congestionControlAlgo: [16, 'u8'],
  validatePeerAddress: [17, 'u8'],
  streamDataNodelay: [18, 'u8'],
  receiveSessionTicket: [19, 'u8'],
  certificateRequest: [20, 'u8'],
  keepaliveProbeInterval: [24, 'u32'],
});

export interface StreamInfo {
  streamId: number;
  streamFlags: number;
}

export const streamInfo = new Struct<StreamInfo>(16, {
  streamId: [0, 's64'],
  streamFlags: [8, 'u32'],
});

export interface StreamPeeloff {
  streamId: number;
  /** O_CLOEXEC, O_NONBLOCK, and O_WRONLY or STREAM_PEELOFF_RDONLY. */
  flags: number;
  /** The new descriptor. */
  sd: number;
}

export const streamPeeloff = new Struct<StreamPeeloff>(16, {
  streamId: [0, 's64'],
  flags: [8, 'u32'],
  sd: [12, 'u32'],
});

export interface StreamStatus {
  streamId: number;
  sendState: number;
  recvState: number;
  /** Of a reset, by either end. */
  sendErrcode: number;
  recvErrcode: number;
}

export const streamStatus = new Struct<StreamStatus>(32, {
  streamId: [0, 's64'],
  sendState: [8, 'u8'],
  recvState: [9, 'u8'],
  sendErrcode: [16, 'u64'],
  recvErrcode: [24, 'u64'],
});

export interface ErrInfo {
  streamId: number;
  errcode: number;
}

export const errInfo = new Struct<ErrInfo>(16, { streamId: [0, 's64'], errcode: [8, 'u32'] });

export interface EventOption {
  type: number;
  on: number;
}

export const eventOption = new Struct<EventOption>(2, { type: [0, 'u8'], on: [1, 'u8'] });

export interface StreamUpdate {
  id: number;
  state: number;
  errcode: number;
  finalsz: number;
}

export const streamUpdate = new Struct<StreamUpdate>(24, {
  id: [0, 's64'],
  state: [8, 'u8'],
  errcode: [12, 'u32'],
  finalsz: [16, 'u64'],
});

export interface StreamMaxData {
  id: number;
  maxData: number;
}

export const streamMaxData = new Struct<StreamMaxData>(16, { id: [0, 's64'], maxData: [8, 'u64'] });

export interface CryptoSecret {
  send: number;
  level: number;
  type: number;
}

/** The first 8 of its 56 bytes; the secret follows. */
export const cryptoSecret = new Struct<CryptoSecret>(56, {
  send: [0, 'u8'],
  level: [1, 'u8'],
  type: [4, 'u32'],
});
export const CRYPTO_SECRET_OFFSET = 8;
export const CRYPTO_SECRET_SIZE = 48;

export interface ConnectionIdInfo {
  /** 0: the IDs that this end issued, else those of the peer. */
  dest: number;
  /** Sequence number in use. */
  active: number;
  /** Lowest sequence number that is not retired. */
  priorTo: number;
}

export const connectionIdInfo = new Struct<ConnectionIdInfo>(12, {
  dest: [0, 'u8'],
  active: [4, 'u32'],
  priorTo: [8, 'u32'],
});

export interface HandshakeInfo {
  cryptoLevel: number;
}

export const handshakeInfo = new Struct<HandshakeInfo>(1, { cryptoLevel: [0, 'u8'] });

export interface ConnectionClose {
  errcode: number;
  /** Type of the frame that caused a transport error; 0 for an application's close. */
  frame: number;
  phrase: string;
}

const PHRASE_OFFSET = 8;
const PHRASE_SIZE = 64;
const closeNumbers = new Struct<{ errcode: number; frame: number }>(PHRASE_OFFSET + PHRASE_SIZE, {
  errcode: [0, 'u32'],
  frame: [4, 'u8'],
});

/** The phrase is text ending in NUL; what does not fit into 63 bytes is cut. */
export const connectionClose = {
  size: closeNumbers.size,

  encode(info: Partial<ConnectionClose>): Buffer {
    const bytes = closeNumbers.encode({ errcode: info.errcode ?? 0, frame: info.frame ?? 0 });
    bytes.write(info.phrase ?? '', PHRASE_OFFSET, PHRASE_SIZE - 1);
    return bytes;
  },

  decode(bytes: Uint8Array): ConnectionClose {
    const phrase = Buffer.from(bytes.subarray(PHRASE_OFFSET));
    const end = phrase.indexOf(0);
    return {
      ...closeNumbers.decode(bytes),
      phrase: phrase.toString('utf8', 0, end < 0 ? phrase.length : end),
    };
  },
};

export interface ConnStats {
  smoothedRtt: number;
  rttVar: number;
  minRtt: number;
  latestRtt: number;
  mtu: number;
  version: number;
  cipherType: number;
  keyPhase: number;
  ptoCount: number;
  congestionEvents: number;
  cwnd: number;
  bytesInFlight: number;
  packetsSent: number;
  packetsReceived: number;
  packetsLost: number;
  packetsRetransmitted: number;
  bytesSent: number;
  bytesReceived: number;
  datagramsSent: number;
  datagramsReceived: number;
  datagramsDropped: number;
  streamsOpened: number;
  streamsAccepted: number;
  ecnCeReceived: number;
  /** Bytes that a datagram may have now; 0 if the peer takes none. */
  maxDatagram: number;
}

/** kquic's own. ssthresh, at 48, is all ones while there is none, which no number holds. */
export const connStats = new Struct<ConnStats>(168, {
  smoothedRtt: [0, 'u32'],
  rttVar: [4, 'u32'],
  minRtt: [8, 'u32'],
  latestRtt: [12, 'u32'],
  mtu: [16, 'u32'],
  version: [20, 'u32'],
  cipherType: [24, 'u32'],
  keyPhase: [28, 'u32'],
  ptoCount: [32, 'u32'],
  congestionEvents: [36, 'u32'],
  cwnd: [40, 'u64'],
  bytesInFlight: [56, 'u64'],
  packetsSent: [64, 'u64'],
  packetsReceived: [72, 'u64'],
  packetsLost: [80, 'u64'],
  packetsRetransmitted: [88, 'u64'],
  bytesSent: [96, 'u64'],
  bytesReceived: [104, 'u64'],
  datagramsSent: [112, 'u64'],
  datagramsReceived: [120, 'u64'],
  datagramsDropped: [128, 'u64'],
  streamsOpened: [136, 'u64'],
  streamsAccepted: [144, 'u64'],
  ecnCeReceived: [152, 'u64'],
  maxDatagram: [160, 'u32'],
});
