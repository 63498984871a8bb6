// SPDX-License-Identifier: MIT
//
// node:diagnostics_channel, for monitors that see connections they did not make. Nothing is built for
// a channel that nobody subscribes to. docs/diagnostics.md lists the messages.
import { channel } from 'node:diagnostics_channel';

export const channels = {
  /** { server } */
  serverListen: channel('kquic:server:listen'),
  /** { server } */
  serverClose: channel('kquic:server:close'),
  /** { error, remote, server? } */
  handshakeError: channel('kquic:handshake:error'),
  /** { connection } */
  connectionOpen: channel('kquic:connection:open'),
  /** { connection, info } */
  connectionClose: channel('kquic:connection:close'),
  /** { stream } */
  streamOpen: channel('kquic:stream:open'),
  /** { stream } */
  streamClose: channel('kquic:stream:close'),
} as const;
