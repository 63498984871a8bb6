// SPDX-License-Identifier: MIT
//
// npm run bench: QUIC through TypeScript beside node:net, both ends in this process. Compare the
// ratios, never figures of different boots. SECONDS sets how long each measurement takes.
import { first } from './first.js';
import { Quic } from './quic.js';
import { print, repeat, type Measured } from './measure.js';
import { Tcp } from './tcp.js';
import { bulk, pingPong, requests } from './workload.js';

const SECONDS = Number(process.env['SECONDS'] ?? 5);
const BULK_ROUND = 4 * 1024 * 1024;
const REQUEST_ROUND = 100;

async function main(): Promise<void> {
  const throughput: Measured[] = [];
  const latency: Measured[] = [];
  const measure = async (
    list: Measured[],
    name: string,
    round: () => Promise<number>,
  ): Promise<void> => {
    list.push({ name, perSecond: await repeat(SECONDS, round) });
  };

  const tcp = await Tcp.open();
  await measure(throughput, 'node:net', bulk(tcp.near, tcp.far, BULK_ROUND));
  tcp.close();
  const tcp2 = await Tcp.open();
  await measure(latency, 'node:net', pingPong(tcp2.near, tcp2.far, REQUEST_ROUND));
  tcp2.close();

  const quic = await Quic.open();
  const uni = await quic.near.createUnidirectionalStream();
  uni.write('x');
  const sink = await first(quic.far);
  await measure(throughput, 'kquic, one stream', bulk(uni, sink, BULK_ROUND));
  await quic.close();

  const quic2 = await Quic.open();
  const near = await quic2.near.createBidirectionalStream();
  near.write('x');
  const far = await first(quic2.far);
  if (far.direction === 'bidi') {
    await measure(latency, 'kquic, one stream', pingPong(near, far, REQUEST_ROUND));
  }
  const streams = requests(quic2.near, quic2.far, REQUEST_ROUND);
  await measure(latency, 'kquic, a stream for each request', streams);
  await quic2.close();

  print('bulk, 64 KB a write', 'Mbit/s', 8 / 1e6, throughput);
  print('request and answer of 1 KB, one at a time', '1/s   ', 1, latency);
}

void main();
