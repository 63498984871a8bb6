// SPDX-License-Identifier: MIT
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { connect, listen, type QuicConnection, type QuicServer } from 'kquic';
import { certificate } from '../../examples/certificate.js';
import { first } from './first.js';

function identity(): { cert: Buffer; key: Buffer } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kquic-bench-'));
  const { cert, key } = certificate(folder);
  const pems = { cert: readFileSync(cert), key: readFileSync(key) };
  rmSync(folder, { recursive: true });
  return pems;
}

/** A QUIC connection over loopback, both ends here. */
export class Quic {
  private constructor(
    private readonly server: QuicServer,
    readonly near: QuicConnection,
    readonly far: QuicConnection,
  ) {}

  static async open(): Promise<Quic> {
    const { cert, key } = identity();
    const server = await listen({ host: '127.0.0.1', alpn: 'bench', cert, key });
    const accepted = first(server);
    const { port } = server.address();
    const near = await connect({
      host: '127.0.0.1',
      port,
      alpn: 'bench',
      ca: cert,
      servername: 'localhost',
    });
    return new Quic(server, near, await accepted);
  }

  async close(): Promise<void> {
    this.near.destroy();
    this.far.destroy();
    await this.server.close();
  }
}
