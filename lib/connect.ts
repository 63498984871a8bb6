// SPDX-License-Identifier: MIT
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { QuicConnection, markAbandoned } from './connection.js';
import { abortError } from './errors.js';
import { credentialsOf } from './identity.js';
import type { Credentials } from './native.js';
import { alpnList, portNumber, remotePort, transportSettings } from './options.js';
import type { ConnectOptions, TransportSettings } from './options.js';
import { TransportError } from './socket/constants.js';
import { handshake } from './socket/handshake.js';
import { QuicSocket } from './socket/socket.js';
import { peerInfo } from './socket/tls.js';
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
  return { ...settings, credentials: credentialsOf(options, true) };
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
    ({ address, family } = await lookup(host, { family: wanted }));
    if (signal?.aborted) throw abortError(signal);
  }
  return { address, family: family === 4 ? 4 : 6 };
}

async function run(settings: Settings): Promise<QuicConnection> {
  const { port, servername, alpn, transport, credentials, bind, keylog, signal } = settings;
  if (signal?.aborted) throw abortError(signal);
  requireSupport();
  const { address, family } = await resolve(settings);
  const socket = QuicSocket.open(family);
  try {
    socket.setConfig(transport.config);
    socket.setTransportParam(transport.transportParam);
    markAbandoned(socket);
    if (bind.address !== undefined || bind.port !== 0) {
      socket.bind(bind.address ?? (family === 4 ? '0.0.0.0' : '::'), bind.port);
    }
    socket.connect(address, port);
    const local = socket.localAddress();
    const remote = socket.remoteAddress();
    const result = await handshake(socket, credentials, {
      server: false,
      alpn,
      servername,
      requestCert: false,
      rejectUnauthorized: settings.rejectUnauthorized,
      timeout: transport.handshakeTimeout,
      signal,
      ...(keylog && { keylog }),
    });
    const peer = {
      ...peerInfo(result),
      servername: isIP(servername) === 0 ? servername : undefined,
    };
    const { maxData } = transport;
    return new QuicConnection({ socket, role: 'client', local, remote, peer, maxData });
  } catch (error) {
    tellAlert(socket, error);
    socket.close();
    throw error;
  }
}

/** libquic has told the socket about alerts that TLS raised; about ours it is told here. */
function tellAlert(socket: QuicSocket, error: unknown): void {
  const { errorCode } = error as { errorCode?: number };
  if (errorCode === undefined || errorCode < TransportError.CRYPTO) return;
  try {
    socket.setConnectionClose({ errcode: errorCode });
  } catch {
    // Closing tells the peer at least that it is over.
  }
}

/** Resolves once the handshake is complete and the server is verified. */
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
