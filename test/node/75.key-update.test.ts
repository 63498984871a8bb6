// SPDX-License-Identifier: MIT
//
// RFC 9001, 6: new keys in the middle of a connection.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Pair, thrown } from './support/pair.js';

let pair: Pair;

beforeEach(async () => {
  pair = await Pair.open();
  pair.peer.on('stream', (stream) => {
    if (stream.direction === 'bidi') stream.pipe(stream);
  });
});

afterEach(async () => {
  await pair.close();
});

const PENDING = {
  name: 'Error',
  code: 'ERR_INVALID_STATE',
  message: 'the last key update is not complete',
};

test('either end can begin one: the other is told, and data goes on (S6.34)', async () => {
  for (const [from, to] of [
    [pair.client, pair.peer],
    [pair.peer, pair.client],
  ] as const) {
    const told = once(to, 'keyUpdate');
    for (;;) {
      try {
        from.updateKey();
        break;
      } catch (error) {
        // S6.35: the one before takes two PTOs and a packet.
        expect(error).toMatchObject({ ...PENDING, cause: { code: 'EINVAL' } });
        await delay(100);
        await pair.client.request('a packet');
      }
    }
    expect((await pair.client.request('with new keys')).toString()).toBe('with new keys');
    await told;
  }
});

test('two in a row: the second throws ERR_INVALID_STATE and changes nothing (S6.33)', async () => {
  pair.client.updateKey();
  const error = thrown(() => {
    pair.client.updateKey();
  });
  expect(error).toMatchObject({ ...PENDING, cause: { code: 'EINVAL' } });
  expect((await pair.client.request('goes on')).toString()).toBe('goes on');
});

test('the end that begins gets no event of its own update (F36)', async () => {
  let told = 0;
  pair.client.on('keyUpdate', () => told++);
  const peer = once(pair.peer, 'keyUpdate');
  pair.client.updateKey();
  await pair.client.request('x');
  await peer;
  expect(told).toBe(0);
});

test('after the end it throws why the connection ended', async () => {
  await pair.client.close({ code: 5 });
  const error = thrown(() => {
    pair.client.updateKey();
  });
  expect(error).toMatchObject({ name: 'QuicError', code: 'ERR_QUIC_CLOSED' });
});
