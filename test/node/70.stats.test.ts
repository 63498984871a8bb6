// SPDX-License-Identifier: MIT
import { Pair, next, pattern } from './support/pair.js';

test('stats() counts what was transferred, and survives the connection', async () => {
  const pair = await Pair.open();
  const before = pair.client.stats();
  const sent = pattern(500_000);
  const stream = await pair.client.createUnidirectionalStream();
  stream.end(sent);
  await (await next(pair.peer)).bytes();
  const [near, far] = [pair.client.stats(), pair.peer.stats()];
  expect(near.bytesSent - before.bytesSent).toBeGreaterThan(sent.length);
  expect(near.packetsSent).toBeGreaterThan(before.packetsSent);
  expect(far.bytesReceived).toBeGreaterThan(sent.length);
  expect(near.rtt).toBeGreaterThan(0);
  expect(near.minRtt).toBeLessThanOrEqual(near.rtt);
  expect(near.cwnd).toBeGreaterThan(0);
  expect(near.mtu).toBeGreaterThanOrEqual(1200);
  expect(near).toMatchObject({ streamsOpened: 1, streamsAccepted: 0 });
  expect(far).toMatchObject({ streamsOpened: 0, streamsAccepted: 1 });
  expect(JSON.parse(JSON.stringify(near))).toEqual(near);
  await pair.client.close();
  expect(pair.client.stats().packetsSent).toBeGreaterThanOrEqual(near.packetsSent);
  await pair.close();
});
