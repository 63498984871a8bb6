// SPDX-License-Identifier: MIT
import type { AddressInfo } from 'node:net';
import type { CloseInfo } from './close-info.js';
import type { QuicStream } from './quic-stream.js';
import type { ReceiveStream } from './receive-stream.js';

export interface ConnectionEvents {
  stream: [QuicStream | ReceiveStream];
  datagram: [Buffer];
  /** Either end has another address; also when a NAT gave the peer another one. */
  migrate: [{ local: AddressInfo; remote: AddressInfo }];
  /** The peer has begun a key update. */
  keyUpdate: [];
  /** Client: for connect({ session }), once on each connection. Holds a secret; keep it as one. */
  session: [Buffer];
  /** Client: for connect({ token }), where it spares a round trip if the server validates addresses. */
  token: [Buffer];
  close: [CloseInfo];
}

/** Events whose occasion waits for a listener. */
export const WAITED_FOR: ReadonlySet<string> = new Set(['stream', 'datagram', 'session', 'token']);
