// SPDX-License-Identifier: MIT
//
// Coming back sooner: the first connection gets a session ticket and an address token, and the next one sends its
// request along with its first packets (0-RTT; RFC 9001, 4.6). Both ends are in this process:
//
//   node dist/examples/resumption.mjs
//
// It reads key.pem and cert.pem from the folder that it is started in; README.md has the command that makes them.
import { readFileSync } from 'node:fs';
import { connect, listen, type ConnectOptions } from 'kquic';

const cert = readFileSync('cert.pem');

const server = await listen(
  { host: '127.0.0.1', alpn: 'echo', key: readFileSync('key.pem'), cert, earlyData: true },
  async (connection) => {
    for await (const stream of connection) {
      if (stream.direction === 'uni') continue;
      // Early data may be a replay of what somebody recorded: only what does no harm twice may act on it.
      console.log(`server: a request${stream.early ? ', early' : ''}`);
      stream.pipe(stream);
    }
  },
);

const options: ConnectOptions = {
  host: '127.0.0.1',
  port: server.address().port,
  servername: 'localhost',
  alpn: 'echo',
  ca: cert,
};

const first = await connect(options);
// Both come soon after the handshake. A program that ends would keep them in a file: they are bytes.
const [session, token] = await Promise.all([
  new Promise<Buffer>((resolve) => first.once('session', resolve)),
  new Promise<Buffer>((resolve) => first.once('token', resolve)),
]);
await first.request('hello');
await first.close();

const second = await connect({ ...options, session, token, earlyData: true });
console.log(`client: ${(await second.request('hello again')).toString()}`);
console.log(
  `client: resumed ${second.sessionReused}, early data accepted ${second.earlyDataAccepted}`,
);
await second.close();
await server.close();
