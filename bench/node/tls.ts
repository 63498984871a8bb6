// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import * as tls from 'node:tls';
import { MESSAGE, type Identity, type Link, type Transport } from './transport.js';

/** Requests on one byte stream: answers come in their order, and each is as long as its request. */
class TlsLink implements Link {
  readonly #waiting: (() => void)[] = [];
  #received = 0;
  #answering = false;

  constructor(
    private readonly near: tls.TLSSocket,
    private readonly far: tls.TLSSocket,
  ) {}

  #answer(): void {
    this.#answering = true;
    this.far.pipe(this.far);
    this.near.on('data', (chunk: Buffer) => {
      this.#received += chunk.length;
      for (; this.#received >= MESSAGE.length; this.#received -= MESSAGE.length) {
        this.#waiting.shift()?.();
      }
    });
  }

  request(): Promise<void> {
    if (!this.#answering) this.#answer();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.near.write(MESSAGE);
    });
  }

  bulk(): Promise<{ from: tls.TLSSocket; to: tls.TLSSocket }> {
    return Promise.resolve({ from: this.near, to: this.far });
  }

  async close(): Promise<void> {
    this.near.destroy();
    if (!this.far.closed) await once(this.far.resume(), 'close');
  }
}

export class Tls implements Transport {
  readonly name = 'node:tls';

  private constructor(
    private readonly server: tls.Server,
    private readonly cert: Buffer,
  ) {}

  static async open(identity: Identity): Promise<Tls> {
    const server = tls.createServer({ ...identity, noDelay: true, minVersion: 'TLSv1.3' });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Tls(server, identity.cert);
  }

  async connect(): Promise<Link> {
    const { port } = this.server.address() as AddressInfo;
    const accepted = once(this.server, 'secureConnection') as Promise<[tls.TLSSocket]>;
    const options = { host: '127.0.0.1', port, ca: this.cert, servername: 'localhost' };
    const near = tls.connect(options);
    near.setNoDelay(true);
    const [[far]] = await Promise.all([accepted, once(near, 'secureConnect')]);
    for (const end of [near, far]) end.on('error', () => undefined);
    return new TlsLink(near, far);
  }
}
