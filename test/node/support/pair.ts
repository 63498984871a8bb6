// SPDX-License-Identifier: MIT
import { createCipheriv } from 'node:crypto';
import { once } from 'node:events';
import {
  connect,
  listen,
  type ConnectOptions,
  type ListenOptions,
  type QuicConnection,
  type QuicServer,
  type QuicStream,
} from '../../../lib/index.js';
import { authority, identity } from './certs.js';

export const ALPN = 'kquic-test';

export function serverOptions(options: Partial<ListenOptions> = {}): ListenOptions {
  return { ...identity('server'), alpn: ALPN, host: '127.0.0.1', ...options };
}

/** The same for a socket that listens already. */
export function adoptOptions(fd: number): ListenOptions {
  return { ...identity('server'), alpn: ALPN, fd };
}

export function clientOptions(
  server: QuicServer,
  options: Partial<ConnectOptions> = {},
): ConnectOptions {
  const { address, port } = server.address();
  return {
    host: address,
    port,
    servername: 'localhost',
    alpn: ALPN,
    ca: authority('ca'),
    ...options,
  };
}

/** A connection, both its ends and the listener. */
export class Pair {
  private constructor(
    readonly server: QuicServer,
    readonly client: QuicConnection,
    readonly peer: QuicConnection,
  ) {}

  static async open(
    forServer: Partial<ListenOptions> = {},
    forClient: Partial<ConnectOptions> = {},
  ): Promise<Pair> {
    const server = await listen(serverOptions(forServer));
    try {
      const accepted = next(server);
      const client = await connect(clientOptions(server, forClient));
      return new Pair(server, client, await accepted);
    } catch (error) {
      await server.close({ timeout: 0 });
      throw error;
    }
  }

  /** Both ends of a new bidirectional stream; its first bytes are `first`. */
  async bidi(first: string): Promise<{ near: QuicStream; far: QuicStream }> {
    const near = await this.client.createBidirectionalStream();
    near.write(first);
    return { near, far: (await next(this.peer)) as QuicStream };
  }

  async close(): Promise<void> {
    this.client.destroy();
    this.peer.destroy();
    await this.server.close({ timeout: 0 });
  }
}

/** The next connection of a server, or the next stream that the other end opens. */
export async function next<T>(items: AsyncIterable<T>): Promise<T> {
  for await (const item of items) return item;
  throw new Error('it ended');
}

/** What a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const result: unknown = await promise.then(
    (value) => new Error(`no failure but ${String(value)}`),
    (error: unknown) => error,
  );
  return result as Error & Record<string, unknown>;
}

/** What a call throws. */
export function thrown(call: () => unknown): Error & Record<string, unknown> {
  try {
    return new Error(`no error but ${String(call())}`) as Error & Record<string, unknown>;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
}

/** The server's next 'handshakeError'. */
export async function handshakeError(server: QuicServer): Promise<Error & Record<string, unknown>> {
  const [error] = (await once(server, 'handshakeError')) as [Error & Record<string, unknown>];
  return error;
}

/**
 * Bytes that differ everywhere, so that misplaced ones show. Not made by a loop in JavaScript: millions
 * of rounds take longer than an idle timeout in an emulated machine, and block both ends meanwhile.
 */
export function pattern(length: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
    Buffer.alloc(length),
  );
}
