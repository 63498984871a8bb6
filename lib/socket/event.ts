// SPDX-License-Identifier: MIT
import { EventType } from './constants.js';
import { Struct } from './struct.js';
import {
  connectionClose,
  connectionIdInfo,
  streamMaxData,
  streamUpdate,
  type ConnectionClose,
  type ConnectionIdInfo,
  type StreamMaxData,
  type StreamUpdate,
} from './structs.js';

/** An event of the kernel, parsed (spec, 7). Bytes are views of what was received. */
export type QuicEvent =
  | { type: 'streamUpdate'; update: StreamUpdate }
  | { type: 'streamMaxData'; limit: StreamMaxData }
  /** The highest stream ID of its type that this end may open now. */
  | { type: 'streamMaxStream'; highestId: number }
  /** A connection ID was retired. */
  | { type: 'connectionId'; info: ConnectionIdInfo }
  | { type: 'connectionClose'; close: ConnectionClose }
  /** The active path changed: `local` if this end's address did, else the peer's. */
  | { type: 'connectionMigration'; local: boolean }
  /** The peer began a key update. */
  | { type: 'keyUpdate'; phase: number }
  | { type: 'newToken'; token: Uint8Array }
  | { type: 'newSessionTicket'; ticket: Uint8Array }
  /** Of a kernel that knows more than this package. */
  | { type: 'other'; number: number; content: Uint8Array };

const maxStream = new Struct<{ id: number }>(8, { id: [0, 'u64'] });

/** `bytes` is a whole message with MSG_QUIC_NOTIFICATION: one byte of type, then the content (S4.21). */
export function parseEvent(bytes: Uint8Array): QuicEvent {
  const content = bytes.subarray(1);
  const number = bytes[0] ?? EventType.NONE;
  switch (number) {
    case EventType.STREAM_UPDATE:
      return { type: 'streamUpdate', update: streamUpdate.decode(content) };
    case EventType.STREAM_MAX_DATA:
      return { type: 'streamMaxData', limit: streamMaxData.decode(content) };
    case EventType.STREAM_MAX_STREAM:
      return { type: 'streamMaxStream', highestId: maxStream.decode(content).id };
    case EventType.CONNECTION_ID:
      return { type: 'connectionId', info: connectionIdInfo.decode(content) };
    case EventType.CONNECTION_CLOSE:
      return { type: 'connectionClose', close: connectionClose.decode(content) };
    case EventType.CONNECTION_MIGRATION:
      return { type: 'connectionMigration', local: content[0] !== 0 };
    case EventType.KEY_UPDATE:
      return { type: 'keyUpdate', phase: content[0] ?? 0 };
    case EventType.NEW_TOKEN:
      return { type: 'newToken', token: content };
    case EventType.NEW_SESSION_TICKET:
      return { type: 'newSessionTicket', ticket: content };
    default:
      return { type: 'other', number, content };
  }
}
