// SPDX-License-Identifier: MIT
import { isIP, type AddressInfo } from 'node:net';
import { EAGAIN } from './errno.js';
import { QuicError, stateError, type SystemError } from './errors.js';
import { DEFAULTS, LIMITS, portNumber } from './options.js';
import { throwIfAborted, whenAborted } from './signal.js';
import { QuicSocket } from './socket/socket.js';
import { abortSignal, integer, object, text, valueError } from './validate.js';

/** Where a connection goes: an address of this machine. */
export interface LocalAddress {
  address: string;
  /** Default: one that is free. */
  port?: number;
}

export interface MigrateOptions {
  /** Aborting ends the waiting; the kernel goes on. */
  signal?: AbortSignal;
  /** Milliseconds for the peer's answer, default 10 000. */
  timeout?: number;
}

interface Attempt {
  settle: (error?: Error) => void;
}

function failed(message: string, cause?: unknown): QuicError {
  return new QuicError(message, { code: 'ERR_QUIC_MIGRATION_FAILED', cause });
}

function check(local: LocalAddress, now: AddressInfo): Required<LocalAddress> {
  object('local', local);
  const address = text('address', local.address);
  const port = portNumber('port', local.port, 0);
  const family = isIP(address);
  if (family === 0) throw valueError('address', 'it must be an IP address', address);
  if (family !== isIP(now.address)) {
    throw valueError('address', `it must be of the connection's family, ${now.family}`, address);
  }
  if (address === '0.0.0.0' || address === '::') {
    throw valueError('address', 'it must be one address, not all of them', address);
  }
  if (address === now.address && port === now.port) {
    throw valueError('local', 'the connection is there already', local);
  }
  return { address, port };
}

/** Moving this end of a connection to another address (RFC 9000, 9). One move at a time. */
export class Migration {
  #local: AddressInfo;
  #remote: AddressInfo;
  #attempt: Attempt | undefined;

  constructor(
    private readonly socket: QuicSocket,
    local: AddressInfo,
    remote: AddressInfo,
  ) {
    this.#local = local;
    this.#remote = remote;
  }

  get local(): AddressInfo {
    return { ...this.#local };
  }

  get remote(): AddressInfo {
    return { ...this.#remote };
  }

  /** Resolves when the peer has answered on the new path, which is then the connection's. */
  async start(local: LocalAddress, options: MigrateOptions): Promise<void> {
    const to = check(local, this.socket.localAddress());
    const signal = abortSignal('signal', options.signal);
    const timeout = integer('timeout', options.timeout, DEFAULTS.migrateTimeout, LIMITS.timeout);
    throwIfAborted(signal);
    if (this.#attempt !== undefined) throw stateError('the connection is migrating already');
    this.#begin(to);
    await this.#answer(to, timeout, signal);
  }

  /** A socket of its own finds out whether the address can be had, and a port; QUIC sockets share both. */
  #begin({ address, port }: Required<LocalAddress>): void {
    const scout = QuicSocket.open(isIP(address) === 4 ? 4 : 6);
    try {
      scout.bind(address, port);
      this.#ask(scout.localAddress());
    } finally {
      scout.close();
    }
  }

  #ask(to: AddressInfo): void {
    try {
      this.socket.migrate(to.address, to.port);
    } catch (error) {
      throw this.#refused(error as SystemError);
    }
  }

  #refused(error: SystemError): Error {
    // F8: until the peer's application has sent something to where the last one went.
    if (error.errno === -EAGAIN) {
      return stateError('the last migration is over when the peer has sent something there', error);
    }
    // RFC 9000, 18.2; F32
    if (this.socket.transportParam(true).disableActiveMigration !== 0) {
      return failed('the peer forbids migration (disable_active_migration)', error);
    }
    return error;
  }

  /** S6.25: the kernel does not tell that nobody answered. */
  #answer(to: LocalAddress, timeout: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const where = `the new path from ${to.address}`;
        attempt.settle(failed(`the peer did not answer on ${where}: the connection stays`));
      }, timeout);
      const attempt: Attempt = {
        settle: (error) => {
          clearTimeout(timer);
          done();
          this.#attempt = undefined;
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      const done = whenAborted(signal, attempt.settle);
      this.#attempt = attempt;
    });
  }

  /** The kernel moved this end (`ours`) or the peer did. False: the connection has ended, and has no peer any more. */
  moved(ours: boolean): boolean {
    try {
      this.#local = this.socket.localAddress();
      this.#remote = this.socket.remoteAddress();
    } catch {
      return false;
    }
    if (ours) this.#attempt?.settle();
    return true;
  }

  /** The connection is over. */
  end(error: Error): void {
    this.#attempt?.settle(error);
  }
}
