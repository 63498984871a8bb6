// SPDX-License-Identifier: MIT
//
// kquic/socket: the raw layer. Everything above it is built on these.
export * from './constants.js';
export type {
  Config,
  ConnStats,
  ConnectionClose,
  CryptoSecret,
  StreamMaxData,
  StreamUpdate,
  TransportParam,
} from './structs.js';
export { parseEvent, type QuicEvent } from './event.js';
export { QuicSocket, type ReceivedMessage, type SendOptions } from './socket.js';
export {
  clientHandshake,
  serverHandshake,
  type ClientHandshakeOptions,
  type PeerInfo,
  type ServerHandshakeOptions,
} from './tls.js';
