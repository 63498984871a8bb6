// SPDX-License-Identifier: MIT
import { clientHandshake, QuicSocket, serverHandshake } from '../../../lib/socket/index.js';
import { authority, identity } from './certs.js';

export const RAW_ALPN = 'raw';

/** Two raw sockets that are connected, and their listener. */
export class RawPair {
  private constructor(
    readonly listener: QuicSocket,
    readonly client: QuicSocket,
    readonly server: QuicSocket,
  ) {}

  /** `prepare` sees the client and the listener before anything is sent. */
  static async open(
    prepare: (client: QuicSocket, listener: QuicSocket) => void = () => undefined,
  ): Promise<RawPair> {
    const listener = QuicSocket.open(4);
    listener.bind('127.0.0.1', 0);
    listener.listen(4);
    const client = QuicSocket.open(4);
    prepare(client, listener);
    client.connect('127.0.0.1', listener.localAddress().port);
    const [info, server] = await Promise.all([
      clientHandshake(client, { alpn: RAW_ALPN, servername: 'localhost', ca: authority('ca') }),
      listener.waitAccept().then(async (accepted) => {
        await serverHandshake(accepted, { alpn: RAW_ALPN, ...identity('server') });
        return accepted;
      }),
    ]);
    expect(info).toMatchObject({ alpn: RAW_ALPN, authorized: true });
    return new RawPair(listener, client, server);
  }

  close(): void {
    for (const socket of [this.client, this.server, this.listener]) socket.close();
  }
}
