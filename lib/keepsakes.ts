// SPDX-License-Identifier: MIT
import { call } from './rethrow.js';
import { EventType } from './socket/constants.js';
import type { QuicSocket } from './socket/socket.js';

/**
 * What a client gets from its server for the next connection: a session and a token. The last of each
 * waits until somebody listens for it.
 */
export class Keepsakes {
  #session: Buffer | undefined;
  #token: Buffer | undefined;
  #seal: (() => Buffer | undefined) | undefined;

  constructor(
    private readonly socket: QuicSocket,
    private readonly listener: {
      count(name: 'session' | 'token'): number;
      emit(name: 'session' | 'token', bytes: Buffer): void;
    },
  ) {}

  /** The handshake is complete. `seal` makes a session once there is a ticket. */
  open(seal: () => Buffer | undefined): void {
    this.#seal = seal;
    for (const type of [EventType.NEW_TOKEN, EventType.NEW_SESSION_TICKET]) {
      this.socket.setEvent(type, true);
    }
    // They may have come before events were on.
    const token = this.socket.token();
    if (token.length > 0) this.#token = Buffer.from(token);
    this.ticket();
    this.offer();
  }

  token(bytes: Uint8Array): void {
    this.#token = Buffer.from(bytes);
    this.offer();
  }

  /** S5.25: the kernel keeps one ticket, so there is one session. */
  ticket(): void {
    const session = this.#seal?.();
    if (session === undefined) return;
    this.#seal = undefined;
    this.#session = session;
    this.offer();
  }

  offer(): void {
    const session = this.#session;
    if (session !== undefined && this.listener.count('session') > 0) {
      this.#session = undefined;
      call(() => {
        this.listener.emit('session', session);
      });
    }
    const token = this.#token;
    if (token !== undefined && this.listener.count('token') > 0) {
      this.#token = undefined;
      call(() => {
        this.listener.emit('token', token);
      });
    }
  }

  /** The connection is over: no ticket will come. */
  end(): void {
    this.#seal = undefined;
  }
}
