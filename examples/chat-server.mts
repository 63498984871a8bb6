// SPDX-License-Identifier: MIT
//
// A chat in datagrams (RFC 9221): what one says goes on to all the others.
//
//   node dist/examples/chat-server.mjs [PORT]
//
// It reads key.pem and cert.pem from the folder that it is started in; README.md has the command that makes them.
import { readFileSync } from 'node:fs';
import { listen, type QuicConnection } from 'kquic';

const [port = '4433'] = process.argv.slice(2);

const members = new Set<QuicConnection>();

const server = await listen(
  {
    port: Number(port),
    alpn: 'chat',
    key: readFileSync('key.pem'),
    cert: readFileSync('cert.pem'),
    // A member that goes away without a word is gone after this time.
    maxIdleTimeout: 10_000,
  },
  async (connection) => {
    members.add(connection);
    console.log(`${members.size} here`);
    for await (const datagram of connection.datagrams()) {
      for (const member of members) {
        // False if it does not fit there: a datagram arrives once or not at all, and nobody waits for it.
        if (member !== connection) member.sendDatagram(datagram);
      }
    }
    members.delete(connection);
    console.log(`${members.size} here`);
  },
);
console.log(`listening on port ${server.address().port}`);

process.once('SIGTERM', () => void server.close({ timeout: 0, reason: 'the chat is over' }));
process.once('SIGINT', () => void server.close({ timeout: 0, reason: 'the chat is over' }));
