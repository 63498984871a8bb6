// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import * as http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import {
  CONNECTION_WINDOW,
  MESSAGE,
  STREAM_WINDOW,
  type Identity,
  type Link,
  type Transport,
} from './transport.js';

const SETTINGS = { initialWindowSize: STREAM_WINDOW };

/** A stream whose path is this is not answered, but read by bulk(). */
const BULK = '/bulk';

class Http2Link implements Link {
  constructor(
    private readonly near: http2.ClientHttp2Session,
    private readonly far: http2.ServerHttp2Session,
  ) {}

  async request(): Promise<void> {
    const stream = this.near.request({ ':method': 'POST' });
    stream.end(MESSAGE);
    await once(stream.resume(), 'end');
  }

  async bulk(): Promise<{ from: http2.Http2Stream; to: http2.Http2Stream }> {
    const accepted = once(this.far, 'stream') as Promise<[http2.ServerHttp2Stream]>;
    const from = this.near.request({ ':method': 'POST', ':path': BULK });
    const [to] = await accepted;
    for (const end of [from, to]) end.on('error', () => undefined);
    return { from, to };
  }

  async close(): Promise<void> {
    this.near.destroy();
    if (!this.far.destroyed) await once(this.far, 'close');
  }
}

export class Http2 implements Transport {
  readonly name = 'node:http2';

  private constructor(
    private readonly server: http2.Http2SecureServer,
    private readonly cert: Buffer,
  ) {}

  static async open(identity: Identity): Promise<Http2> {
    const server = http2.createSecureServer({ ...identity, settings: SETTINGS });
    server.on('session', (session) => {
      session.setLocalWindowSize(CONNECTION_WINDOW);
    });
    server.on('stream', (stream, headers) => {
      if (headers[':path'] === BULK) return;
      stream.resume().on('end', () => {
        stream.respond();
        stream.end(MESSAGE);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Http2(server, identity.cert);
  }

  async connect(): Promise<Link> {
    const { port } = this.server.address() as AddressInfo;
    const accepted = once(this.server, 'session') as Promise<[http2.ServerHttp2Session]>;
    const options = { ca: this.cert, servername: 'localhost', settings: SETTINGS };
    const near = http2.connect(`https://127.0.0.1:${port}`, options);
    const [[far]] = await Promise.all([accepted, once(near, 'connect')]);
    for (const end of [near, far]) end.on('error', () => undefined);
    return new Http2Link(near, far);
  }
}
