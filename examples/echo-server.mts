// SPDX-License-Identifier: MIT
//
// Sends everything back, each stream on itself:
//
//   node dist/examples/echo-server.mjs [PORT]
//
// It reads key.pem and cert.pem from the folder that it is started in; README.md has the command that makes them.
import { readFileSync } from 'node:fs';
import { listen } from 'kquic';

const [port = '4433'] = process.argv.slice(2);

const server = await listen(
  {
    port: Number(port),
    alpn: 'echo',
    key: readFileSync('key.pem'),
    cert: readFileSync('cert.pem'),
  },
  async (connection) => {
    const peer = `${connection.remote.address} port ${connection.remote.port}`;
    console.log(`${peer}: connected`);
    for await (const stream of connection) {
      // A stream is a Duplex. What is not taken back by the peer is not read from it either.
      if (stream.direction === 'bidi') stream.pipe(stream);
      else stream.stopSending();
    }
    const { by, code } = await connection.closed;
    console.log(`${peer}: closed by ${by}, code ${code}`);
  },
);
server.on('handshakeError', (error, { remote }) => {
  console.log(`${remote.address} port ${remote.port}: ${error.message}`);
});
console.log(`listening on port ${server.address().port}`);

// Connections that are open may finish, for a second.
process.once('SIGTERM', () => void server.close({ timeout: 1000 }));
process.once('SIGINT', () => void server.close({ timeout: 1000 }));
