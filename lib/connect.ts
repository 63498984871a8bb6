// SPDX-License-Identifier: MIT
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { alpnList } from './alpn.js';
import { channels } from './channels.js';
import { markAbandoned } from './close-info.js';
import { QuicConnection } from './connection.js';
import type { Seal } from './connection-init.js';
import { clientCredentials } from './identity.js';
import type { Credentials } from './native.js';
import { portNumber, remotePort, transportSettings } from './options.js';
import type { ConnectOptions, TransportSettings } from './options.js';
import {
  prepare,
  remember,
  rememberedPeer,
  resumption,
  sealOf,
  type Resumption,
} from './resume.js';
import type { Session } from './session.js';
import { orAborted, throwIfAborted, whenAborted } from './signal.js';
import { QuicVersion } from './socket/constants.js';
import { handshake, tellAlert } from './socket/handshake.js';
import { QuicSocket } from './socket/socket.js';
import { peerInfo, type PeerInfo } from './socket/peer-info.js';
import { requireSupport } from './support.js';
import { abortSignal, callback, flag, object, text, valueError } from './validate.js';

interface Settings {
  host: string;
  port: number;
  servername: string;
  alpn: string[];
  transport: TransportSettings;
  credentials: Credentials;
  rejectUnauthorized: boolean;
  bind: { address: string | undefined; port: number };
  keylog: ((line: string) => void) | undefined;
  signal: AbortSignal | undefined;
  resumption: Resumption;
}

/** '[::1]:4433', 'host:4433', or a URL with a port. */
function endpoint(address: unknown): { host: string; port: number } {
  const url = address instanceof URL ? address : undefined;
  const parsed = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(String(address));
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? parsed?.[1] ?? parsed?.[2] ?? '';
  const port = Number(url?.port ?? parsed?.[3] ?? '');
  if (host === '' || port === 0) {
    throw valueError(
      'address',
      'it must be "host:port", "[address]:port" or a URL with a port',
      address,
    );
  }
  return { host, port };
}

function check(options: ConnectOptions): Settings {
  object('options', options);
  const host = text('host', options.host);
  const local = options.localAddress;
  if (local !== undefined && isIP(text('localAddress', local)) === 0) {
    throw valueError('localAddress', 'it must be an IP address', local);
  }
  const alpn = alpnList(options.alpn);
  const servername =
    options.servername === undefined ? host : text('servername', options.servername);
  const settings = {
    host,
    port: remotePort(options.port),
    servername,
    alpn,
    transport: transportSettings(options),
    rejectUnauthorized: flag('rejectUnauthorized', options.rejectUnauthorized, true),
    bind: { address: local, port: portNumber('localPort', options.localPort, 0) },
    keylog: callback('keylog', options.keylog),
    signal: abortSignal('signal', options.signal),
  };
  return {
    ...settings,
    resumption: resumption(options, settings),
    credentials: clientCredentials(options),
  };
}

async function resolve({
  host,
  bind,
  signal,
}: Settings): Promise<{ address: string; family: 4 | 6 }> {
  let family = isIP(host);
  let address = host;
  if (family === 0) {
    const wanted = bind.address === undefined ? 0 : isIP(bind.address);
    ({ address, family } = await orAborted(lookup(host, { family: wanted }), signal));
  }
  return { address, family: family === 4 ? 4 : 6 };
}

async function run(settings: Settings): Promise<QuicConnection> {
  const { port, transport, bind, signal, resumption } = settings;
  throwIfAborted(signal);
  requireSupport();
  const { address, family } = await resolve(settings);
  const socket = QuicSocket.open(family);
  try {
    prepare(socket, transport, resumption);
    socket.setTransportParam(transport.transportParam);
    markAbandoned(socket);
    if (bind.address !== undefined || bind.port !== 0) {
      socket.bind(bind.address ?? (family === 4 ? '0.0.0.0' : '::'), bind.port);
    }
    socket.connect(address, port);
    remember(socket, resumption);
    const { early } = resumption;
    return await (early === undefined
      ? open(socket, settings)
      : openEarly(socket, settings, early));
  } catch (error) {
    tellAlert(socket, error);
    if (channels.handshakeError.hasSubscribers) {
      channels.handshakeError.publish({ error, remote: { address, port } });
    }
    socket.close();
    throw error;
  }
}

/** `early`: the handshake goes on when connect() has resolved. */
async function shake(
  socket: QuicSocket,
  settings: Settings,
  early?: { signal: AbortSignal; onWait: () => void },
): Promise<{ peer: PeerInfo; seal: Seal }> {
  const { servername, transport, credentials, rejectUnauthorized, keylog, resumption } = settings;
  const { session } = resumption;
  const outcome = await handshake(socket, credentials, {
    server: false,
    // RFC 8446, 4.2.10: what is sent early is for this protocol, also when it is sent again.
    alpn: resumption.early === undefined ? settings.alpn : [resumption.early.facts.alpn],
    servername,
    requestCert: false,
    rejectUnauthorized,
    timeout: transport.handshakeTimeout,
    signal: settings.signal,
    earlyData: resumption.early !== undefined,
    session: session?.tls,
    ...(keylog && { keylog }),
    ...early,
  });
  const peer = { ...peerInfo(outcome), servername: nameOf(settings) };
  const version = transport.config.version === QuicVersion.V2 ? 2 : 1;
  return { peer, seal: sealOf(socket, outcome, servername, version) };
}

function nameOf({ servername }: Settings): string | undefined {
  return isIP(servername) === 0 ? servername : undefined;
}

async function open(socket: QuicSocket, settings: Settings): Promise<QuicConnection> {
  const addresses = { local: socket.localAddress(), remote: socket.remoteAddress() };
  const { maxData } = settings.transport;
  const { peer, seal } = await shake(socket, settings);
  return QuicConnection.create({ socket, role: 'client', ...addresses, peer, maxData, seal });
}

/** As soon as the first flight has left, unless the handshake has failed before. */
async function openEarly(
  socket: QuicSocket,
  settings: Settings,
  session: Session,
): Promise<QuicConnection> {
  const { signal } = settings;
  const { maxData } = settings.transport;
  const addresses = { local: socket.localAddress(), remote: socket.remoteAddress() };
  const abort = new AbortController();
  const cancel = (): void => {
    abort.abort(signal?.reason);
  };
  const ignore = whenAborted(signal, cancel);
  try {
    let onWait = (): void => undefined;
    const flight = new Promise<void>((resolve) => {
      onWait = resolve;
    });
    const done = shake(socket, settings, { signal: abort.signal, onWait });
    await Promise.race([flight, done]);
    done.catch((error: unknown) => {
      tellAlert(socket, error);
    });
    const opening = { done, cancel };
    const peer = rememberedPeer(session, nameOf(settings));
    return QuicConnection.create({ socket, role: 'client', ...addresses, peer, maxData, opening });
  } finally {
    ignore();
  }
}

/**
 * Resolves once the handshake is complete and the server is verified; with `earlyData` and a session
 * that fits, once early data can be written.
 */
export function connect(options: ConnectOptions): Promise<QuicConnection>;
export function connect(
  address: string | URL,
  options: Omit<ConnectOptions, 'host' | 'port'>,
): Promise<QuicConnection>;
export async function connect(
  first: ConnectOptions | string | URL,
  second?: Omit<ConnectOptions, 'host' | 'port'>,
): Promise<QuicConnection> {
  if (typeof first !== 'string' && !(first instanceof URL)) return run(check(first));
  const options = object('options', second) as unknown as Omit<ConnectOptions, 'host' | 'port'>;
  return run(check({ ...options, ...endpoint(first) }));
}
