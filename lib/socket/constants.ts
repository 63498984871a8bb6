// SPDX-License-Identifier: MIT
//
// Numbers of <linux/quic.h>, under the names they have there without their prefixes.

export const IPPROTO_QUIC = 261;
export const SOL_QUIC = 288;

/** Version numbers (RFC 9000, 15; RFC 9369). */
export const QuicVersion = { V1: 0x00000001, V2: 0x6b3343cf } as const;

/** QUIC_SOCKOPT_*. STREAM_PEELOFF and those from 64 up: kquic's own. */
export const SockOpt = {
  EVENT: 0,
  STREAM_OPEN: 1,
  STREAM_RESET: 2,
  STREAM_STOP_SENDING: 3,
  CONNECTION_ID: 4,
  CONNECTION_CLOSE: 5,
  CONNECTION_MIGRATION: 6,
  KEY_UPDATE: 7,
  TRANSPORT_PARAM: 8,
  CONFIG: 9,
  TOKEN: 10,
  ALPN: 11,
  SESSION_TICKET: 12,
  CRYPTO_SECRET: 13,
  TRANSPORT_PARAM_EXT: 14,
  STREAM_PEELOFF: 15,
  CONN_STATS: 64,
  STREAM_STATUS: 65,
} as const;

/** cmsg_type of control messages at the level SOL_QUIC (QUIC_STREAM_INFO, QUIC_HANDSHAKE_INFO). */
export const CmsgType = { STREAM_INFO: 0, HANDSHAKE_INFO: 1 } as const;

/** Flags of messages and of QUIC_STREAM_INFO (MSG_QUIC_*, MSG_*). */
export const MsgFlag = {
  PEEK: 0x2,
  DONTWAIT: 0x40,
  EOR: 0x80,
  STREAM_FIN: 0x200,
  STREAM_NEW: 0x400,
  STREAM_UNI: 0x800,
  DATAGRAM: 0x1000,
  STREAM_SNDBLOCK: 0x2000,
  MORE: 0x8000,
  NOTIFICATION: 0x8000,
  STREAM_DONTWAIT: 0x10000,
} as const;

/** enum quic_crypto_level */
export const CryptoLevel = { APP: 0, INITIAL: 1, HANDSHAKE: 2, EARLY: 3 } as const;

/** enum quic_event_type */
export const EventType = {
  NONE: 0,
  STREAM_UPDATE: 1,
  STREAM_MAX_DATA: 2,
  STREAM_MAX_STREAM: 3,
  CONNECTION_ID: 4,
  CONNECTION_CLOSE: 5,
  CONNECTION_MIGRATION: 6,
  KEY_UPDATE: 7,
  NEW_TOKEN: 8,
  NEW_SESSION_TICKET: 9,
} as const;

/** QUIC_STREAM_SEND_STATE_* and QUIC_STREAM_RECV_STATE_* (RFC 9000, 3.1 and 3.2); S7.4: which are reported. */
export const StreamState = {
  SEND_READY: 0,
  SEND_SEND: 1,
  SEND_SENT: 2,
  SEND_RECVD: 3,
  SEND_RESET_SENT: 4,
  SEND_RESET_RECVD: 5,
  RECV_RECV: 6,
  RECV_SIZE_KNOWN: 7,
  RECV_RECVD: 8,
  RECV_READ: 9,
  RECV_RESET_RECVD: 10,
  RECV_RESET_READ: 11,
} as const;

/** enum quic_cong_algo */
export const CongestionAlgorithm = { RENO: 0, CUBIC: 1 } as const;

/** TLS_CIPHER_* of <linux/tls.h>. */
export const CipherType = {
  AES_GCM_128: 51,
  AES_GCM_256: 52,
  AES_CCM_128: 53,
  CHACHA20_POLY1305: 54,
} as const;

/** QUIC_TRANSPORT_ERROR_* (RFC 9000, 20.1). 0x100 + n: TLS alert n. */
export const TransportError = {
  NONE: 0x00,
  INTERNAL: 0x01,
  CONNECTION_REFUSED: 0x02,
  FLOW_CONTROL: 0x03,
  STREAM_LIMIT: 0x04,
  STREAM_STATE: 0x05,
  FINAL_SIZE: 0x06,
  FRAME_ENCODING: 0x07,
  TRANSPORT_PARAM: 0x08,
  CONNECTION_ID_LIMIT: 0x09,
  PROTOCOL_VIOLATION: 0x0a,
  INVALID_TOKEN: 0x0b,
  APPLICATION: 0x0c,
  CRYPTO_BUF_EXCEEDED: 0x0d,
  KEY_UPDATE: 0x0e,
  AEAD_LIMIT_REACHED: 0x0f,
  NO_VIABLE_PATH: 0x10,
  VERSION_NEGOTIATION: 0x11,
  CRYPTO: 0x100,
} as const;

/** Bits of a stream ID (RFC 9000, 2.1): QUIC_STREAM_TYPE_*_MASK. */
export const STREAM_SERVER = 0x1;
export const STREAM_UNI = 0x2;

/** A flag of {@link SockOpt}.STREAM_PEELOFF, kquic's own, beside O_WRONLY: O_RDONLY has no bit. */
export const STREAM_PEELOFF_RDONLY = 0x80000000;

/** What {@link QuicSocket.descriptor} watches and reports, as bits. */
export const Readiness = { READABLE: 1, WRITABLE: 2, DISCONNECT: 4 } as const;
