// SPDX-License-Identifier: MIT
import { createHmac, randomBytes, randomFillSync, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import * as path from 'node:path';
import { Readable, Writable } from 'node:stream';
import type { ReadableStream, WritableStream } from 'node:stream/web';
import {
  CONNECTION_WINDOW,
  MESSAGE,
  STREAM_WINDOW,
  type Identity,
  type Link,
  type Transport,
} from './transport.js';

/** What is used of the package: it is in the VM's cache, where bench/node/fetch puts it. */
interface Stream {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
}

interface Connection extends EventTarget {
  newStream(): Stream;
}

interface Client {
  connection: Connection;
  destroy(options: { force: boolean }): Promise<void>;
}

interface Server extends EventTarget {
  port: number;
  start(address: { host: string; port: number }): Promise<void>;
}

type EventName =
  'EventQUICServerConnection' | 'EventQUICConnectionStream' | 'EventQUICConnectionClose';

interface Package {
  QUICServer: new (options: object) => Server;
  QUICClient: { createQUICClient(options: object): Promise<Client> };
  events: Record<EventName, { name: string }>;
}

interface LoggerPackage {
  default: new (name: string, level: number) => object;
  LogLevel: { SILENT: number };
}

/** Its receive windows may grow: they get the size of everybody's, and stay there. */
const SETTINGS = {
  applicationProtos: ['bench'],
  initialMaxData: CONNECTION_WINDOW,
  maxConnectionWindow: CONNECTION_WINDOW,
  initialMaxStreamDataBidiLocal: STREAM_WINDOW,
  initialMaxStreamDataBidiRemote: STREAM_WINDOW,
  maxStreamWindow: STREAM_WINDOW,
};

/** What a client wants of its program. */
const CLIENT_CRYPTO = {
  ops: {
    randomBytes(data: ArrayBuffer): Promise<void> {
      randomFillSync(new Uint8Array(data));
      return Promise.resolve();
    },
  },
};

function hmac(key: ArrayBuffer, data: ArrayBuffer): Uint8Array {
  const digest = createHmac('sha256', new Uint8Array(key)).update(new Uint8Array(data)).digest();
  // A buffer of its own, not a part of Node's pool.
  return new Uint8Array(digest);
}

/** What a server wants of its program: it signs the tokens of its Retry packets. */
const SERVER_CRYPTO = {
  key: new Uint8Array(randomBytes(32)).buffer,
  ops: {
    sign: (key: ArrayBuffer, data: ArrayBuffer): Promise<ArrayBufferLike> =>
      Promise.resolve(hmac(key, data).buffer),
    verify: (key: ArrayBuffer, data: ArrayBuffer, signature: ArrayBuffer): Promise<boolean> =>
      Promise.resolve(timingSafeEqual(hmac(key, data), new Uint8Array(signature))),
  },
};

async function next<T>(target: EventTarget, { name }: { name: string }): Promise<T> {
  const [event] = (await once(target, name)) as [CustomEvent<T>];
  return event.detail;
}

async function send(stream: Stream): Promise<void> {
  const writer = stream.writable.getWriter();
  await Promise.all([writer.write(MESSAGE), writer.close()]);
}

async function readAll(stream: Stream): Promise<void> {
  const reader = stream.readable.getReader();
  while (!(await reader.read()).done);
}

async function answer(stream: Stream): Promise<void> {
  await readAll(stream);
  await send(stream);
}

class MatrixLink implements Link {
  #answering = false;

  constructor(
    private readonly events: Package['events'],
    private readonly client: Client,
    private readonly far: Connection,
    private readonly closing: Set<Promise<void>>,
  ) {}

  async request(): Promise<void> {
    if (!this.#answering) {
      this.far.addEventListener(this.events.EventQUICConnectionStream.name, (event) => {
        void answer((event as CustomEvent<Stream>).detail);
      });
    }
    this.#answering = true;
    const stream = this.client.connection.newStream();
    await Promise.all([send(stream), readAll(stream)]);
  }

  async bulk(): Promise<{ from: Writable; to: Readable }> {
    const accepted = next<Stream>(this.far, this.events.EventQUICConnectionStream);
    const from = Writable.fromWeb(this.client.connection.newStream().writable);
    from.write(MESSAGE);
    const to = Readable.fromWeb((await accepted).readable);
    for (const end of [from, to]) end.on('error', () => undefined);
    return { from, to };
  }

  /** Until the other end knows: destroy() also waits as long as a closing end must (RFC 9000, 10.2). */
  async close(): Promise<void> {
    const closed = next(this.far, this.events.EventQUICConnectionClose);
    const forget = (): void => {
      this.closing.delete(destroyed);
    };
    const destroyed = this.client.destroy({ force: true }).then(forget, forget);
    this.closing.add(destroyed);
    await closed;
  }
}

export class Matrix implements Transport {
  readonly name = '@matrixai/quic';
  readonly #closing = new Set<Promise<void>>();

  private constructor(
    private readonly quic: Package,
    private readonly logger: object,
    private readonly server: Server,
    private readonly cert: Buffer,
  ) {}

  /** @param packages - the folder of the package and of what it depends on */
  static async open({ key, cert }: Identity, packages: string): Promise<Matrix> {
    const load = (name: string): Promise<unknown> =>
      import(path.join(packages, '@matrixai', name, 'dist/index.js'));
    const quic = (await load('quic')) as Package;
    const { default: Logger, LogLevel } = (await load('logger')) as LoggerPackage;
    const logger = new Logger('bench', LogLevel.SILENT);
    const config = { ...SETTINGS, key, cert };
    const server = new quic.QUICServer({ crypto: SERVER_CRYPTO, config, logger });
    await server.start({ host: '127.0.0.1', port: 0 });
    return new Matrix(quic, logger, server, cert);
  }

  async connect(): Promise<Link> {
    const { QUICClient, events } = this.quic;
    const accepted = next<Connection>(this.server, events.EventQUICServerConnection);
    const client = await QUICClient.createQUICClient({
      host: '127.0.0.1',
      port: this.server.port,
      localHost: '127.0.0.1',
      serverName: 'localhost',
      crypto: CLIENT_CRYPTO,
      config: { ...SETTINGS, ca: this.cert },
      logger: this.logger,
    });
    return new MatrixLink(events, client, await accepted, this.#closing);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#closing);
  }
}
