// SPDX-License-Identifier: MIT
import {
  connect,
  listen,
  type QuicConnection,
  type QuicServer,
  type QuicStream,
  type ReceiveStream,
} from 'kquic';
import { first } from './first.js';
import { MESSAGE, type Identity, type Link, type Transport } from './transport.js';

function answer(stream: QuicStream | ReceiveStream): void {
  if (stream.direction === 'uni') return;
  stream.resume().on('end', () => {
    stream.end(MESSAGE);
  });
}

class QuicLink implements Link {
  #answering = false;

  constructor(
    private readonly near: QuicConnection,
    private readonly far: QuicConnection,
  ) {}

  async request(): Promise<void> {
    if (!this.#answering) this.far.on('stream', answer);
    this.#answering = true;
    await this.near.request(MESSAGE);
  }

  async bulk(): Promise<{ from: QuicStream; to: QuicStream }> {
    const from = await this.near.createBidirectionalStream();
    from.write(MESSAGE);
    return { from, to: (await first(this.far)) as QuicStream };
  }

  async close(): Promise<void> {
    this.near.destroy();
    await this.far.closed;
  }
}

export class Quic implements Transport {
  readonly name = 'kquic';

  private constructor(
    private readonly server: QuicServer,
    private readonly connections: AsyncIterator<QuicConnection>,
    private readonly cert: Buffer,
  ) {}

  static async open({ key, cert }: Identity): Promise<Quic> {
    const server = await listen({ host: '127.0.0.1', alpn: 'bench', key, cert });
    return new Quic(server, server[Symbol.asyncIterator](), cert);
  }

  async connect(): Promise<Link> {
    const near = await connect({
      host: '127.0.0.1',
      port: this.server.address().port,
      alpn: 'bench',
      ca: this.cert,
      servername: 'localhost',
    });
    const far = (await this.connections.next()).value as QuicConnection;
    return new QuicLink(near, far);
  }
}
