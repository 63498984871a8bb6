// SPDX-License-Identifier: MIT
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { adoptListener } from './adopt.js';
import { alpnList, dispatchList } from './alpn.js';
import { EADDRNOTAVAIL, EAFNOSUPPORT } from './errno.js';
import type { SystemError } from './errors.js';
import { DEFAULTS, backlogSize, portNumber, transportSettings } from './options.js';
import type { ListenOptions, TransportSettings } from './options.js';
import { QuicServer, type ConnectionHandler } from './server.js';
import { orAborted, throwIfAborted, whenAborted } from './signal.js';
import { Identities, sniOption } from './sni.js';
import { QuicSocket } from './socket/socket.js';
import { ticketKey } from './ticket-keys.js';
import { abortSignal, callback, flag, object, text, valueError } from './validate.js';

interface Where {
  host: string;
  port: number;
  backlog: number;
  reusePort: boolean;
  /** Protocols that the kernel chooses this listener for. */
  dispatch: string[];
}

function configure(socket: QuicSocket, transport: TransportSettings): void {
  socket.setConfig(transport.config);
  socket.setTransportParam(transport.transportParam);
}

function open(address: string, where: Where, transport: TransportSettings): QuicSocket {
  const socket = QuicSocket.open(isIP(address) === 4 ? 4 : 6);
  try {
    if (where.reusePort) socket.setNumber('reusePort', 1);
    if (where.dispatch.length > 0) socket.setAlpn(where.dispatch);
    configure(socket, transport);
    socket.bind(address, where.port);
    socket.listen(where.backlog);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** The default, '::', means every address, also on a machine without IPv6 (as in node:net). */
function openDefault(where: Where, transport: TransportSettings): QuicSocket {
  try {
    return open(DEFAULTS.host, where, transport);
  } catch (error) {
    const { errno } = error as SystemError;
    if (errno !== -EAFNOSUPPORT && errno !== -EADDRNOTAVAIL) throw error;
    return open('0.0.0.0', where, transport);
  }
}

async function openAt(
  where: Where,
  everywhere: boolean,
  transport: TransportSettings,
  signal: AbortSignal | undefined,
): Promise<QuicSocket> {
  if (everywhere) return openDefault(where, transport);
  const address =
    isIP(where.host) === 0 ? (await orAborted(lookup(where.host), signal)).address : where.host;
  return open(address, where, transport);
}

/** The listening socket that the caller has: what belongs to its address is settled (S2.21). */
function openFd(options: ListenOptions, transport: TransportSettings): QuicSocket {
  const { fd } = options;
  for (const name of ['host', 'port', 'backlog', 'reusePort'] as const) {
    if (options[name] === undefined) continue;
    throw valueError(name, '"fd" is a socket that listens already', options[name]);
  }
  return adoptListener(fd, (socket) => {
    configure(socket, transport);
  });
}

function reusePortOption(value: unknown): boolean | 'alpn' {
  return value === 'alpn' ? value : flag('reusePort', value, false);
}

/**
 * Binds, listens, and resolves once the port is known. A handler that throws closes its own
 * connection only.
 */
export async function listen(
  options: ListenOptions,
  onConnection?: ConnectionHandler,
): Promise<QuicServer> {
  object('options', options);
  const alpn = alpnList(options.alpn);
  const transport = transportSettings(options);
  const reusePort = reusePortOption(options.reusePort);
  const where: Where = {
    host: options.host === undefined ? DEFAULTS.host : text('host', options.host),
    port: portNumber('port', options.port, DEFAULTS.port),
    backlog: backlogSize(options.backlog),
    reusePort: reusePort !== false,
    dispatch: reusePort === 'alpn' ? dispatchList(alpn) : [],
  };
  const requestCert = flag('requestCert', options.requestCert, false);
  const rejectUnauthorized = flag('rejectUnauthorized', options.rejectUnauthorized, true);
  const earlyData = flag('earlyData', options.earlyData, false);
  const { ca } = options;
  const { transportParam } = transport;
  const trust = { ca, requestCert, rejectUnauthorized };
  const key = ticketKey(options.ticketKeys, { transportParam, ...trust });
  const keylog = callback('keylog', options.keylog);
  const signal = abortSignal('signal', options.signal);
  callback('onConnection', onConnection);
  const sni = sniOption(options.sni);
  const identities = new Identities({ ...options, sni }, { ca: options.ca, requestCert });

  throwIfAborted(signal);
  const socket =
    options.fd === undefined
      ? await openAt(where, options.host === undefined, transport, signal)
      : openFd(options, transport);
  const server = QuicServer.create({
    socket,
    alpn,
    identities,
    transport,
    requestCert,
    rejectUnauthorized,
    keylog,
    onConnection,
    earlyData,
    ticketKey: key,
  });
  const ignore = whenAborted(signal, () => void server.close({ timeout: 0 }));
  server.once('close', ignore);
  return server;
}
