// SPDX-License-Identifier: MIT

/**
 * The raw layer: IPPROTO_QUIC sockets, for an event loop or a protocol of one's own. Everything in `kquic`
 * is built on these. docs/socket-layer.md explains it with a program.
 *
 * @module kquic/socket
 */
export * from './constants.js';
export type {
  Config,
  ConnStats,
  ConnectionClose,
  ConnectionIdInfo,
  CryptoSecret,
  StreamMaxData,
  StreamUpdate,
  TransportParam,
} from './structs.js';
export { parseEvent, type QuicEvent } from './event.js';
export {
  QuicSocket,
  type ReceivedMessage,
  type SendOptions,
  type SocketNumberName,
} from './socket.js';
export { QuicSocketOptions } from './options.js';
export type { Descriptor } from './descriptor.js';
export * as structs from './structs.js';
export {
  clientHandshake,
  serverHandshake,
  type ClientHandshakeOptions,
  type ClientPeerInfo,
  type ServerHandshakeOptions,
} from './tls.js';
export type { PeerInfo } from './peer-info.js';
export type { Psk } from './psk.js';
