// SPDX-License-Identifier: MIT
//
// Waiting and back-pressure, against a kernel that the test plays.
import { constants } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Link, type LinkOwner } from '../../lib/link.js';
import { POLL_READABLE, POLL_WRITABLE } from '../../lib/native.js';
import { ReceiveHalf } from '../../lib/receive-half.js';
import { SendHalf } from '../../lib/send-half.js';
import { FakeKernel } from './support/fake-kernel.js';

const { EAGAIN, ENETUNREACH, ENOMEM, ENOSPC } = constants.errno;
const BUDGET = 1000;

let kernel: FakeKernel;
let link: Link;
let received: Map<number, Buffer[]>;
let halves: Map<number, ReceiveHalf>;
let events: string[];

beforeEach(() => {
  kernel = new FakeKernel();
  kernel.install();
  received = new Map();
  halves = new Map();
  events = [];
  const owner: LinkOwner = {
    onData: (id, bytes, fin) => {
      half(id).data(bytes, fin);
    },
    onDatagram: (bytes) => events.push(`datagram ${bytes.length}`),
    onEvent: (event) => events.push(event.type),
    onDrained: () => events.push('drained'),
    onEnd: (errno) => events.push(`end ${errno}`),
  };
  link = new Link(kernel.socket, BUDGET, owner);
  link.start();
});

afterEach(() => {
  link.close();
  jest.restoreAllMocks();
});

/** A stream whose reader takes one chunk each time it is asked. */
function half(id: number): ReceiveHalf {
  const known = halves.get(id);
  if (known !== undefined) return known;
  const made = new ReceiveHalf(link, id);
  const chunks: Buffer[] = [];
  received.set(id, chunks);
  made.push = (chunk) => {
    if (chunk !== null) chunks.push(chunk);
    return false;
  };
  halves.set(id, made);
  return made;
}

function ready(events: number): void {
  kernel.descriptor.onReady(0, events);
}

describe('a write', () => {
  test('that the kernel takes in parts is continued; FIN goes with the last part', () => {
    const done = jest.fn();
    kernel.answers = [400, 300];
    new SendHalf(link, 0).write(Buffer.alloc(1000), true, done);
    expect(kernel.sent).toEqual([
      { id: 0, bytes: 400, fin: false },
      { id: 0, bytes: 300, fin: false },
      { id: 0, bytes: 300, fin: true },
    ]);
    expect(done).toHaveBeenCalledTimes(1);
  });

  test('without send buffer waits for POLLOUT', () => {
    const done = jest.fn();
    kernel.writable = false;
    kernel.answers = [-EAGAIN];
    new SendHalf(link, 0).write(Buffer.alloc(10), false, done);
    expect(kernel.descriptor.interest).toBe(POLL_READABLE | POLL_WRITABLE);
    expect(done).not.toHaveBeenCalled();
    kernel.writable = true;
    ready(POLL_WRITABLE);
    expect(done).toHaveBeenCalledTimes(1);
    expect(kernel.descriptor.interest).toBe(POLL_READABLE);
  });

  test('P34 without credit of the connection waits for POLLOUT', () => {
    kernel.writable = false;
    kernel.answers = [-ENOSPC];
    new SendHalf(link, 0).write(Buffer.alloc(10), false, jest.fn());
    expect(kernel.descriptor.interest).toBe(POLL_READABLE | POLL_WRITABLE);
  });

  test('P34 without credit of the stream waits for its event and not for POLLOUT', () => {
    const done = jest.fn();
    kernel.answers = [-ENOSPC, -ENOSPC];
    new SendHalf(link, 8).write(Buffer.alloc(10), false, done);
    expect(kernel.descriptor.interest).toBe(POLL_READABLE);
    link.wakeStream(4);
    expect(done).not.toHaveBeenCalled();
    link.wakeStream(8);
    expect(done).toHaveBeenCalledTimes(1);
  });

  test('tries again if credit came while it looked', () => {
    const done = jest.fn();
    kernel.answers = [-ENOSPC];
    new SendHalf(link, 8).write(Buffer.alloc(10), false, done);
    expect(done).toHaveBeenCalledTimes(1);
  });

  test.each([
    ['S3.26 without memory', ENOMEM],
    ['S3.26 without a route', ENETUNREACH],
  ])('%s goes on by itself, in order', async (_, errno) => {
    const order: number[] = [];
    kernel.answers = [-errno, -errno, -errno];
    const writes = [4, 8].map(
      (id) =>
        new Promise<void>((resolve) => {
          new SendHalf(link, id).write(Buffer.alloc(10), false, () => {
            order.push(id);
            resolve();
          });
        }),
    );
    expect(kernel.sent).toEqual([]);
    await Promise.all(writes);
    expect(order).toEqual([8, 4]);
    expect(kernel.descriptor.interest).toBe(POLL_READABLE);
  });

  test('that was given up is not retried', () => {
    const done = jest.fn();
    kernel.answers = [-ENOSPC, -ENOSPC];
    const send = new SendHalf(link, 8);
    send.write(Buffer.alloc(10), false, done);
    send.reset(3);
    expect(kernel.resets).toEqual([[8, 3]]);
    link.wakeStream(8);
    expect(kernel.sent).toEqual([]);
    send.fail(new Error('given up'));
    expect(done).toHaveBeenCalledWith(expect.objectContaining({ message: 'given up' }));
  });

  test('of nothing sends nothing, FIN alone is sent once', () => {
    const send = new SendHalf(link, 0);
    send.write(Buffer.alloc(0), false, jest.fn());
    expect(kernel.sent).toEqual([]);
    send.finish(jest.fn());
    send.finish(jest.fn());
    expect(kernel.sent).toEqual([{ id: 0, bytes: 0, fin: true }]);
  });
});

describe('reading', () => {
  test('deals out all of a batch', () => {
    kernel.arrive(0, Buffer.from('zero'));
    kernel.event(Buffer.of(8));
    kernel.arrive(4, Buffer.from('four'), true);
    half(0).read();
    half(4).read();
    ready(POLL_READABLE);
    expect(String(received.get(0)?.[0])).toBe('zero');
    expect(String(received.get(4)?.[0])).toBe('four');
    expect(half(4).finished).toBe(true);
    expect(events).toEqual(['newToken', 'drained']);
  });

  test('data beyond the budget pauses the connection until its reader takes it', () => {
    for (let i = 0; i < 3; i++) kernel.arrive(0, Buffer.alloc(400));
    ready(POLL_READABLE);
    expect(kernel.descriptor.interest).toBe(0);
    half(0).read();
    expect(kernel.descriptor.interest).toBe(0);
    half(0).read();
    expect(kernel.descriptor.interest).toBe(POLL_READABLE);
    expect(received.get(0)).toHaveLength(2);
  });

  test('while paused, writers still wait for POLLOUT', () => {
    kernel.arrive(0, Buffer.alloc(BUDGET + 1));
    ready(POLL_READABLE);
    kernel.writable = false;
    kernel.answers = [-EAGAIN];
    new SendHalf(link, 4).write(Buffer.alloc(10), false, jest.fn());
    expect(kernel.descriptor.interest).toBe(POLL_WRITABLE);
  });

  test('while paused, events are taken at each wake-up, data is not', () => {
    kernel.arrive(0, Buffer.alloc(BUDGET + 1));
    ready(POLL_READABLE);
    kernel.arrive(0, Buffer.from('later'));
    kernel.event(Buffer.of(8));
    kernel.event(Buffer.of(9));
    kernel.onEdge?.();
    expect(events.slice(-2)).toEqual(['newToken', 'newSessionTicket']);
    expect(kernel.queued).toBe(1);
    half(0).read();
    expect(kernel.onEdge).toBeUndefined();
  });

  test('a kernel without sockets for streams is asked for one once', async () => {
    for (let i = 0; i < 2; i++) {
      kernel.arrive(0, Buffer.alloc(BUDGET / 2));
      ready(POLL_READABLE);
      await setImmediate();
    }
    expect(kernel.peelings).toBe(1);
  });

  test('a stream that is stopped gives its share back', () => {
    kernel.arrive(0, Buffer.alloc(BUDGET + 1));
    ready(POLL_READABLE);
    half(0).stop(5);
    expect(kernel.stops).toEqual([[0, 5]]);
    expect(kernel.descriptor.interest).toBe(POLL_READABLE);
    kernel.arrive(0, Buffer.alloc(BUDGET + 1));
    ready(POLL_READABLE);
    expect(kernel.descriptor.interest).toBe(POLL_READABLE);
  });

  test('after the peer’s close everything is taken, whatever the budget', () => {
    kernel.arrive(0, Buffer.alloc(BUDGET + 1));
    ready(POLL_READABLE);
    link.drain();
    expect(kernel.descriptor.interest).toBe(POLL_READABLE);
    kernel.arrive(4, Buffer.alloc(BUDGET + 1));
    ready(POLL_READABLE);
    expect(kernel.queued).toBe(0);
    expect(kernel.descriptor.interest).toBe(POLL_READABLE);
  });
});
