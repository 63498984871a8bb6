// SPDX-License-Identifier: MIT
//
// RFC 9218's numbers, applied to who hands bytes to the kernel next. The order is tested against a
// kernel that the test plays, and once for real.
import { constants } from 'node:os';
import { Link } from '../../lib/link.js';
import { POLL_WRITABLE } from '../../lib/native.js';
import { SendHalf } from '../../lib/send-half.js';
import { FakeKernel } from './support/fake-kernel.js';
import { Pair, next, pattern } from './support/pair.js';

const { EAGAIN } = constants.errno;

describe('of streams that wait for room', () => {
  let kernel: FakeKernel;
  let link: Link;

  beforeEach(() => {
    kernel = new FakeKernel();
    kernel.install();
    const nothing = (): void => undefined;
    link = new Link(kernel.socket, 1000, {
      onData: nothing,
      onEvent: nothing,
      onDatagram: nothing,
      onDrained: nothing,
      onEnd: nothing,
    });
    link.start();
    kernel.writable = false;
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** A stream that writes pieces of one byte, and waits with the first. */
  function writer(id: number, pieces: number, urgency?: number, incremental?: boolean): SendHalf {
    const half = new SendHalf(link, id);
    if (urgency !== undefined) half.setPriority(urgency, incremental);
    kernel.answers = [-EAGAIN];
    const more = (): void => {
      if (pieces-- > 0) half.write(Buffer.alloc(1), false, more);
    };
    more();
    kernel.answers = [];
    return half;
  }

  /** Makes room, and lists the streams in the order in which the kernel got their bytes. */
  function served(room = Infinity): number[] {
    kernel.writable = true;
    kernel.sent.length = 0;
    if (room < Infinity) kernel.answers = [...Array<number>(room).fill(1), -EAGAIN];
    kernel.writable = room === Infinity;
    kernel.descriptor.onReady(0, POLL_WRITABLE);
    kernel.answers = [];
    kernel.writable = false;
    return kernel.sent.map(({ id }) => id);
  }

  test('the urgent come first, whoever came first', () => {
    writer(0, 2, 7, false);
    writer(4, 2, 3, false);
    writer(8, 2, 0, false);
    expect(served()).toEqual([8, 8, 4, 4, 0, 0]);
  });

  test('incremental ones of one urgency take turns, as all do by default', () => {
    writer(0, 3);
    writer(4, 3);
    writer(8, 2, 3, true);
    expect(served()).toEqual([0, 4, 8, 0, 4, 8, 0, 4]);
  });

  test('others go one after the other in the order they were opened, and before them', () => {
    writer(0, 2, 3, true);
    writer(8, 2, 3, false);
    writer(4, 2, 3, false);
    expect(served()).toEqual([4, 4, 8, 8, 0, 0]);
  });

  test('who had to wait again keeps the place', () => {
    writer(0, 3);
    writer(4, 3);
    expect(served(1)).toEqual([0]);
    expect(served(2)).toEqual([4, 0]);
    expect(served()).toEqual([4, 0, 4]);
  });

  test('a priority may change while a stream waits', () => {
    writer(0, 1);
    writer(4, 1).setPriority(0, true);
    expect(served()).toEqual([4, 0]);
  });

  test('nobody overtakes a more urgent stream that waits', () => {
    writer(0, 1, 1, true);
    // There is room by now, but the wake-up is still to come.
    kernel.writable = true;
    const late = new SendHalf(link, 4);
    late.write(Buffer.alloc(1), false, () => undefined);
    expect(kernel.sent).toEqual([]);
    expect(served()).toEqual([0, 4]);
  });

  test('a stream that is reset leaves the queue', () => {
    writer(0, 1, 0, true).reset(0);
    writer(4, 1);
    expect(served()).toEqual([4]);
  });
});

test('an urgent stream that came last is complete first', async () => {
  // The connection's window is smaller than what is sent.
  const pair = await Pair.open({ maxData: 65_536, maxStreamData: 1_000_000 });
  const length = 200_000;
  const bulk = await pair.client.createUnidirectionalStream();
  const urgent = await pair.client.createUnidirectionalStream();
  bulk.setPriority(7);
  urgent.setPriority(0);
  bulk.end(pattern(length));
  urgent.end(pattern(length));
  const order: number[] = [];
  const reading = [await next(pair.peer), await next(pair.peer)].map(async (stream) => {
    const bytes = await stream.bytes({ limit: length });
    expect(bytes.equals(pattern(length))).toBe(true);
    order.push(stream.id);
  });
  await Promise.all(reading);
  expect(order).toEqual([urgent.id, bulk.id]);
  await pair.close();
});

test.each([
  [[8], 'ERR_OUT_OF_RANGE', '"urgency"'],
  [[-1], 'ERR_OUT_OF_RANGE', '"urgency"'],
  [[1.5], 'ERR_OUT_OF_RANGE', '"urgency"'],
  [[], 'ERR_INVALID_ARG_TYPE', '"urgency"'],
  [['high'], 'ERR_INVALID_ARG_TYPE', '"urgency"'],
  [[1, 1], 'ERR_INVALID_ARG_TYPE', '"incremental"'],
])('setPriority(%p) is refused', async (args, code, name) => {
  const pair = await Pair.open();
  const bidi = await pair.client.createBidirectionalStream();
  const uni = await pair.client.createUnidirectionalStream();
  for (const stream of [bidi, uni]) {
    const set = (): void => {
      stream.setPriority(...(args as [number, boolean]));
    };
    expect(set).toThrow(expect.objectContaining({ code }) as Error);
    expect(set).toThrow(name);
  }
  await pair.close();
});
