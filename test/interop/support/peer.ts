// SPDX-License-Identifier: MIT
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { text } from 'node:stream/consumers';

const INTEROP = path.join(__dirname, '../../../../test/interop');

export type PeerName = 'python' | 'openssl' | 'gtlsclient' | 'gtlsserver';

/** A program in test/interop, such as 'aioquic/client.py'. */
export function program(name: string): string {
  return path.join(INTEROP, name);
}

/** A foreign implementation at work. */
export class Peer {
  readonly process: ChildProcess;
  /** Everything it prints, once it has ended. */
  readonly output: Promise<string>;

  constructor(name: PeerName, args: string[]) {
    this.process = spawn(path.join(INTEROP, `peer-${name}`), args, { stdio: 'pipe' });
    const { stdout, stderr } = this.process;
    if (stdout === null || stderr === null) throw new Error('no pipes');
    this.output = Promise.all([text(stdout), text(stderr)]).then((parts) => parts.join(''));
  }

  /** Its exit status; what it said where that is not 0. */
  async status(): Promise<number | string> {
    const code = this.process.exitCode ?? ((await once(this.process, 'exit')) as [number])[0];
    return code === 0 ? 0 : `${String(code)}: ${await this.output}`;
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }
}

/** A UDP port that nobody uses. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** Resolves when somebody has bound the port. */
export async function bound(port: number): Promise<void> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  while (!fs.readFileSync('/proc/net/udp', 'latin1').includes(`:${hex} `)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A folder of its own for each test. */
export function folder(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'kquic-interop-'));
}
