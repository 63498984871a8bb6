// SPDX-License-Identifier: MIT
//
// Sends what it reads to an echo server, and prints what comes back:
//
//   node dist/examples/echo-client.mjs [HOST:PORT] <FILE
//
// The server's cert.pem, in this folder, is whom it trusts.
import { readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { connect } from 'kquic';

const [address = 'localhost:4433'] = process.argv.slice(2);

const connection = await connect(address, { alpn: 'echo', ca: readFileSync('cert.pem') });
const stream = await connection.createBidirectionalStream();

// Back-pressure goes all the way: if nobody reads our output, the server's writes wait.
await pipeline(process.stdin, stream, process.stdout, { end: false });

const { rtt, bytesSent, bytesReceived, packetsLost } = connection.stats();
console.error(
  `${bytesSent} bytes sent, ${bytesReceived} received, ${packetsLost} packets lost, RTT ${rtt} µs`,
);
await connection.close();
