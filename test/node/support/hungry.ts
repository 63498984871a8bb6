// SPDX-License-Identifier: MIT
//
// A program for 63.descriptors.test.ts: a server when no descriptor is left. Its limit is the shell's.
import * as fs from 'node:fs';
import { once } from 'node:events';
import { connect, listen } from '../../../lib/index.js';
import { QuicSocket, clientHandshake } from '../../../lib/socket/index.js';
import { authority } from './certs.js';
import { ALPN, Pair, clientOptions, next, serverOptions } from './pair.js';

function useUp(): number[] {
  const files: number[] = [];
  for (;;) {
    try {
      files.push(fs.openSync('/dev/null', 'r'));
    } catch {
      return files;
    }
  }
}

async function main(): Promise<void> {
  const warmUp = await Pair.open();
  await warmUp.close();
  const server = await listen(serverOptions());
  const socket = QuicSocket.open(4);
  const started = Date.now();
  let failures = 0;
  server.on('error', () => failures++);

  const options = clientOptions(server);
  const ca = authority('ca');
  const files = useUp();
  const refused = await connect(options).catch((error: unknown) => error);
  const { code, syscall } = refused as NodeJS.ErrnoException;
  console.log(`connect: ${code ?? ''} ${syscall ?? ''}`);

  socket.connect('127.0.0.1', server.address().port);
  const established = clientHandshake(socket, {
    alpn: ALPN,
    servername: 'localhost',
    ca,
    timeout: 60_000,
  });
  const [error] = (await once(server, 'error')) as [NodeJS.ErrnoException];
  console.log(`server: ${error.code ?? ''} ${error.syscall ?? ''}`);
  await once(server, 'error');
  const rounds = 1 + (Date.now() - started) / 100;
  console.log(failures <= rounds ? 'waits between its tries' : `${failures} tries`);

  for (const file of files) fs.closeSync(file);
  const connection = await next(server);
  await established;
  console.log('recovered');
  socket.close();
  await connection.closed;
  await server.close();
}

void main();
