// SPDX-License-Identifier: MIT
//
// A thread for 61.process.test.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { connect } from '../../../lib/index.js';
import { ALPN, Pair } from './pair.js';

interface Data {
  self?: boolean;
  certs?: string;
  port: number;
  ca: string;
}

async function echoHere(certs: string): Promise<string> {
  process.env['KQUIC_TEST_CERTS'] = certs;
  const pair = await Pair.open();
  pair.peer.on('stream', (stream) => {
    if (stream.direction === 'bidi') stream.pipe(stream);
  });
  const answer = await pair.client.request('echo in a worker');
  return answer.toString();
}

async function main(): Promise<void> {
  const { self, certs, port, ca } = workerData as Data;
  if (self === true) {
    parentPort?.postMessage(await echoHere(certs ?? ''));
    return;
  }
  const client = await connect(`127.0.0.1:${port}`, { alpn: ALPN, ca, servername: 'localhost' });
  await client.createBidirectionalStream();
  parentPort?.postMessage('connected');
}

void main();
