// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import { connect, listen } from '../../lib/index.js';
import { Pair, clientOptions, failure, next, serverOptions } from './support/pair.js';

test('a port is chosen and told', async () => {
  const server = await listen(serverOptions());
  const { address, family, port } = server.address();
  expect({ address, family }).toEqual({ address: '127.0.0.1', family: 'IPv4' });
  expect(port).toBeGreaterThan(0);
  expect(server.listening).toBe(true);
  expect(server.fd).toBeGreaterThan(2);
  await server.close();
  expect(server.listening).toBe(false);
});

test('without a host it listens on every address, IPv4 included', async () => {
  const options = serverOptions();
  delete options.host;
  const server = await listen(options);
  expect(server.address().address).toBe('::');
  for (const host of ['127.0.0.1', '::1']) {
    const accepted = next(server);
    const client = await connect(clientOptions(server, { host }));
    expect((await accepted).remote.address).toBe(host);
    client.destroy();
  }
  await server.close();
});

test('a port in use is EADDRINUSE', async () => {
  const server = await listen(serverOptions());
  const { port } = server.address();
  const error = await failure(listen(serverOptions({ port })));
  expect(error).toMatchObject({ code: 'EADDRINUSE', errno: -98 });
  await server.close();
});

test('an address that is not this machine’s is EADDRNOTAVAIL', async () => {
  const error = await failure(listen(serverOptions({ host: '192.0.2.1' })));
  expect(error).toMatchObject({ code: 'EADDRNOTAVAIL', syscall: 'bind', address: '192.0.2.1' });
});

test('two listeners with reusePort share a port', async () => {
  const one = await listen(serverOptions({ reusePort: true }));
  const two = await listen(serverOptions({ reusePort: true, port: one.address().port }));
  expect(two.address()).toEqual(one.address());
  await Promise.all([one.close(), two.close()]);
});

test('connections come to the handler, as events and from the iterator', async () => {
  const handled: string[] = [];
  const server = await listen(serverOptions(), (connection) => {
    handled.push(`handler ${connection.role}`);
  });
  server.on('connection', (connection) => handled.push(`event ${connection.role}`));
  const iterated = next(server);
  const client = await connect(clientOptions(server));
  expect((await iterated).role).toBe('server');
  expect(handled).toEqual(['handler server', 'event server']);
  expect(server.connections).toBe(1);
  await client.close();
  await server.close();
  expect(server.connections).toBe(0);
});

test('a handler for one connection gets one', async () => {
  const server = await listen(serverOptions());
  let handled = 0;
  server.once('connection', () => {
    handled++;
  });
  const clients = [];
  for (let i = 0; i < 2; i++) clients.push(await connect(clientOptions(server)));
  // The second waits for the iterator: nobody else handles it.
  const second = await next(server);
  expect(handled).toBe(1);
  for (const connection of [...clients, second]) connection.destroy();
  await server.close({ timeout: 0 });
});

test('a handler that throws or rejects closes its own connection only', async () => {
  let count = 0;
  const server = await listen(serverOptions(), (connection) => {
    count++;
    if (count === 1) throw new Error('thrown');
    if (count === 2) return Promise.reject(new Error('rejected'));
    return connection.alpn;
  });
  for (let i = 0; i < 2; i++) {
    const client = await connect(clientOptions(server));
    expect(await client.closed).toMatchObject({ by: 'peer' });
  }
  const arrived = once(server, 'connection');
  const third = await connect(clientOptions(server));
  await arrived;
  expect(server.connections).toBe(1);
  third.destroy();
  await server.close();
});

describe('close()', () => {
  test('resolves every time it is called, and emits close once', async () => {
    const server = await listen(serverOptions());
    const closed = once(server, 'close');
    await Promise.all([server.close(), server.close()]);
    await closed;
    await server.close();
  });

  test('lets open connections finish', async () => {
    const pair = await Pair.open();
    let over = false;
    const closing = pair.server.close().then(() => {
      over = true;
    });
    pair.peer.on('stream', (stream) => {
      if (stream.direction === 'bidi') stream.pipe(stream);
    });
    expect((await pair.client.request('still here')).toString()).toBe('still here');
    expect(over).toBe(false);
    await pair.client.close();
    await closing;
  });

  test('closes what is left when time is up', async () => {
    const pair = await Pair.open();
    await pair.server.close({ timeout: 10, code: 5, reason: 'shutting down' });
    expect(await pair.client.closed).toMatchObject({
      by: 'peer',
      code: 5,
      reason: 'shutting down',
    });
  });

  test('frees the port', async () => {
    const server = await listen(serverOptions());
    const { port } = server.address();
    await server.close();
    const again = await listen(serverOptions({ port }));
    await again.close();
  });

  test('an aborted signal closes the server', async () => {
    const abort = new AbortController();
    const server = await listen(serverOptions({ signal: abort.signal }));
    const closed = once(server, 'close');
    abort.abort();
    await closed;
    const error = await failure(listen(serverOptions({ signal: abort.signal })));
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
  });
});
