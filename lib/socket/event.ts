// SPDX-License-Identifier: MIT
import { EventType } from './constants.js';
import { Struct } from './struct.js';
import {
  connectionClose,
  streamMaxData,
  streamUpdate,
  type ConnectionClose,
  type StreamMaxData,
  type StreamUpdate,
} from './structs.js';

/** An event of the kernel, parsed (spec, 7). */
export type QuicEvent =
  | { type: 'streamUpdate'; update: StreamUpdate }
  | { type: 'streamMaxData'; limit: StreamMaxData }
  | { type: 'streamMaxStream'; highestId: number }
  | { type: 'connectionClose'; close: ConnectionClose }
  | { type: 'other'; number: number; content: Uint8Array };

const maxStream = new Struct<{ id: number }>(8, { id: [0, 'u64'] });

/** `bytes` is a whole message with MSG_QUIC_NOTIFICATION: one byte of type, then the content. */
export function parseEvent(bytes: Uint8Array): QuicEvent {
  const content = bytes.subarray(1);
  const number = bytes[0] ?? 0;
  switch (number) {
    case EventType.STREAM_UPDATE:
      return { type: 'streamUpdate', update: streamUpdate.decode(content) };
    case EventType.STREAM_MAX_DATA:
      return { type: 'streamMaxData', limit: streamMaxData.decode(content) };
    case EventType.STREAM_MAX_STREAM:
      return { type: 'streamMaxStream', highestId: maxStream.decode(content).id };
    case EventType.CONNECTION_CLOSE:
      return { type: 'connectionClose', close: connectionClose.decode(content) };
    default:
      return { type: 'other', number, content };
  }
}
