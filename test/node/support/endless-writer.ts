// SPDX-License-Identifier: MIT
//
// A client that writes until somebody kills it.
import { once } from 'node:events';
import { connect } from '../../../lib/index.js';

async function main(): Promise<void> {
  const [port] = process.argv.slice(2);
  const client = await connect(`127.0.0.1:${String(port)}`, {
    alpn: 'kquic-test',
    rejectUnauthorized: false,
  });
  const stream = await client.createBidirectionalStream();
  const piece = Buffer.alloc(64 * 1024);
  for (let i = 0; ; i++) {
    if (!stream.write(piece)) await once(stream, 'drain');
    if (i === 10) process.send?.('writing');
  }
}

void main();
