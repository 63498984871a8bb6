// SPDX-License-Identifier: MIT
//
// await using: what a block leaves is over.
import { connect, listen, type QuicConnection, type SendStream } from '../../lib/index.js';
import { Pair, clientOptions, failure, next, pattern, serverOptions } from './support/pair.js';

test('a server and a connection', async () => {
  let kept: QuicConnection;
  let server;
  {
    await using listening = await listen(serverOptions());
    server = listening;
    const accepted = next(server);
    {
      await using client = await connect(clientOptions(server));
      kept = await accepted;
      const stream = await client.createUnidirectionalStream();
      stream.end('flushed first');
    }
    expect(await kept.closed).toMatchObject({ by: 'peer', code: 0 });
    expect(await (await next(kept)).text()).toBe('flushed first');
  }
  expect(server.listening).toBe(false);
});

test('a block that throws disposes as well, and its error is the one', async () => {
  const pair = await Pair.open();
  const thrown = new Error('mine');
  const block = async (): Promise<void> => {
    await using client = pair.client;
    await client.createBidirectionalStream();
    throw thrown;
  };
  expect(await failure(block())).toBe(thrown);
  expect(await pair.peer.closed).toMatchObject({ by: 'peer' });
  await pair.close();
});

describe('a stream', () => {
  let pair: Pair;

  beforeEach(async () => {
    pair = await Pair.open({ maxStreamData: 65_536 }, { maxStreamData: 65_536 });
  });

  afterEach(async () => {
    await pair.close();
  });

  async function opened(kind: 'bidi' | 'uni'): Promise<SendStream> {
    const { client } = pair;
    const stream =
      kind === 'uni' ? client.createUnidirectionalStream() : client.createBidirectionalStream();
    return (await stream) as SendStream;
  }

  test.each(['bidi', 'uni'] as const)('%s that was ended arrives whole', async (kind) => {
    const sent = pattern(300_000);
    let reading: Promise<Buffer>;
    {
      await using stream = await opened(kind);
      stream.write(sent.subarray(0, 10));
      reading = (await next(pair.peer)).bytes({ limit: sent.length });
      stream.end(sent.subarray(10));
    }
    expect((await reading).equals(sent)).toBe(true);
  });

  test.each(['bidi', 'uni'] as const)('%s that was not is reset', async (kind) => {
    let stream: SendStream;
    {
      await using block = await opened(kind);
      stream = block;
      await stream.send('x');
    }
    expect(stream.destroyed).toBe(true);
    expect(await failure((await next(pair.peer)).bytes())).toMatchObject({
      code: 'ERR_QUIC_STREAM_RESET',
    });
  });

  test('that nobody reads to its end is stopped', async () => {
    const { near, far } = await pair.bidi('x');
    await far[Symbol.asyncDispose]();
    const error = await failure(near.send(pattern(300_000)));
    expect(error['code']).toMatch(/^ERR_QUIC_STREAM_(STOPPED|RESET)$/);
    const uni = await pair.client.createUnidirectionalStream();
    uni.write('x');
    await (await next(pair.peer))[Symbol.asyncDispose]();
    expect(await failure(uni.send(pattern(300_000)))).toMatchObject({
      code: 'ERR_QUIC_STREAM_STOPPED',
    });
  });
});
