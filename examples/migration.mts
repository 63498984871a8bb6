// SPDX-License-Identifier: MIT
//
// A connection that survives a change of its client's address (RFC 9000, 9), as when a phone leaves the Wi-Fi. Both
// ends are in this process:
//
//   node dist/examples/migration.mjs
//
// It reads key.pem and cert.pem from the folder that it is started in; README.md has the command that makes them.
import { readFileSync } from 'node:fs';
import { connect, listen } from 'kquic';

const cert = readFileSync('cert.pem');

const server = await listen(
  { host: '127.0.0.1', alpn: 'echo', key: readFileSync('key.pem'), cert },
  async (connection) => {
    console.log(`server: a client at ${connection.remote.address}`);
    connection.on('migrate', ({ remote }) => {
      console.log(`server: it is at ${remote.address} now`);
    });
    for await (const stream of connection) {
      if (stream.direction === 'bidi') stream.pipe(stream);
    }
  },
);

const client = await connect({
  host: '127.0.0.1',
  port: server.address().port,
  servername: 'localhost',
  alpn: 'echo',
  ca: cert,
});

// A stream that is open all the time, and notices nothing.
const stream = await client.createBidirectionalStream();
const answers = stream.iterator({ destroyOnReturn: false });
for (const address of ['127.0.0.2', '127.0.0.3']) {
  await stream.send(`from ${client.local.address}`);
  console.log(`client: ${String((await answers.next()).value)} and back`);
  await client.migrate({ address });
}
await stream.send(`from ${client.local.address}`, { fin: true });
console.log(`client: ${String((await answers.next()).value)} and back`);

await client.close();
await server.close();
