// SPDX-License-Identifier: MIT
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { EADDRNOTAVAIL, EAFNOSUPPORT } from './errno.js';
import { abortError, type SystemError } from './errors.js';
import { credentialsOf } from './identity.js';
import { DEFAULTS, alpnList, backlogSize, portNumber, transportSettings } from './options.js';
import type { ListenOptions, TransportSettings } from './options.js';
import { QuicServer, type ConnectionHandler } from './server.js';
import { QuicSocket } from './socket/socket.js';
import { ticketKey } from './ticket-keys.js';
import { abortSignal, callback, flag, object, text } from './validate.js';

interface Where {
  host: string;
  port: number;
  backlog: number;
  reusePort: boolean;
}

function open(address: string, where: Where, transport: TransportSettings): QuicSocket {
  const socket = QuicSocket.open(isIP(address) === 4 ? 4 : 6);
  try {
    if (where.reusePort) socket.setNumber('reusePort', 1);
    socket.setConfig(transport.config);
    socket.setTransportParam(transport.transportParam);
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
  const where: Where = {
    host: options.host === undefined ? DEFAULTS.host : text('host', options.host),
    port: portNumber('port', options.port, DEFAULTS.port),
    backlog: backlogSize(options.backlog),
    reusePort: flag('reusePort', options.reusePort, false),
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
  const credentials = credentialsOf(options, false);

  if (signal?.aborted) throw abortError(signal);
  const address = isIP(where.host) === 0 ? (await lookup(where.host)).address : where.host;
  if (signal?.aborted) throw abortError(signal);
  const socket =
    options.host === undefined ? openDefault(where, transport) : open(address, where, transport);
  const server = new QuicServer({
    socket,
    alpn,
    ca: options.ca,
    credentials,
    transport,
    requestCert,
    rejectUnauthorized,
    keylog,
    onConnection,
    earlyData,
    ticketKey: key,
  });
  signal?.addEventListener('abort', () => void server.close({ timeout: 0 }), { once: true });
  return server;
}
