// SPDX-License-Identifier: MIT
//
// What a connection is made of, by connect(), a server, or whoever takes one over.
import type { AddressInfo } from 'node:net';
import type { PeerInfo } from './socket/peer-info.js';
import type { QuicSocket } from './socket/socket.js';

export interface ConnectionInit {
  socket: QuicSocket;
  role: 'client' | 'server';
  local: AddressInfo;
  remote: AddressInfo;
  /** Of a resumed connection whose handshake is under way: what its session says. */
  peer: PeerInfo;
  maxData: number;
  seal?: Seal;
  opening?: Opening;
}

/** Makes a session for the next connection, once the server has sent a ticket. */
export type Seal = () => Buffer | undefined;

/** A handshake that goes on while early data is sent. */
export interface Opening {
  done: Promise<{ peer: PeerInfo; seal: Seal }>;
  /** Makes `done` reject soon. Until it does the descriptor is in use. */
  cancel(): void;
}
