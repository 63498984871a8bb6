// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import * as net from 'node:net';

/** A TCP connection over loopback, both ends here. */
export class Tcp {
  private constructor(
    private readonly server: net.Server,
    readonly near: net.Socket,
    readonly far: net.Socket,
  ) {}

  static async open(): Promise<Tcp> {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const accepted = once(server, 'connection') as Promise<[net.Socket]>;
    const near = net.connect(port, '127.0.0.1');
    const [far] = await accepted;
    near.setNoDelay(true);
    far.setNoDelay(true);
    return new Tcp(server, near, far);
  }

  close(): void {
    this.near.destroy();
    this.far.destroy();
    this.server.close();
  }
}
