// SPDX-License-Identifier: MIT
//
// Says what is typed, and prints what the others say:
//
//   node dist/examples/chat-client.mjs NAME [HOST:PORT]
//
// The server's cert.pem, in this folder, is whom it trusts.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { connect } from 'kquic';

const [name = 'somebody', address = 'localhost:4433'] = process.argv.slice(2);

const connection = await connect(address, {
  alpn: 'chat',
  ca: readFileSync('cert.pem'),
  // The server takes a silent member for one that is gone.
  keepAlive: 3_000,
});
connection.on('datagram', (datagram) => {
  console.log(datagram.toString());
});

const lines = createInterface(process.stdin);
void connection.closed.then(({ reason }) => {
  console.log(reason === '' ? 'bye' : reason);
  lines.close();
  process.stdin.destroy();
});
console.log(`connected; up to ${connection.maxDatagramSize} bytes at a time`);
for await (const line of lines) {
  if (!connection.sendDatagram(`${name}: ${line}`)) console.log('(that is too long)');
}
await connection.close();
