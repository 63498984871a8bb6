// SPDX-License-Identifier: MIT

/**
 * QUIC that runs in the Linux kernel. Connections, and streams that are Node's streams.
 *
 * @module kquic
 */
export type { Bytes } from './bytes.js';
export type { CloseInfo } from './close-info.js';
export { connect } from './connect.js';
export { QuicConnection } from './connection.js';
export type { ConnectionEvents } from './connection-events.js';
export type { DatagramOptions } from './datagrams.js';
export {
  QuicError,
  type QuicErrorCode,
  type QuicErrorOptions,
  type SystemError,
} from './errors.js';
export type { Identity, Pem } from './identity.js';
export { listen } from './listen.js';
export type { LocalAddress, MigrateOptions } from './migration.js';
export type { OpenOptions } from './opener.js';
export type {
  CloseOptions,
  CommonOptions,
  ConnectOptions,
  ListenOptions,
  TransportOptions,
} from './options.js';
export { QuicStream } from './quic-stream.js';
export { ReceiveStream } from './receive-stream.js';
export type { FileSource, SendFileOptions } from './send-file.js';
export type { Sni, SniFunction } from './sni.js';
export { SendStream } from './send-stream.js';
export { QuicServer, type ConnectionHandler, type ServerEvents } from './server.js';
export type { ConnectionStats } from './stats.js';
export type { ReadOptions, SendOptions } from './stream-common.js';
export { support, type Support } from './support.js';
