// SPDX-License-Identifier: MIT
//
// What a caller gets who passes a wrong option. No kernel module is needed.
import { generateKeyPairSync } from 'node:crypto';
import { connect, listen, type ConnectOptions, type ListenOptions } from '../../lib/index.js';
import { authority, identity } from './support/certs.js';
import { failure } from './support/pair.js';

type Wrong = Record<string, unknown>;

function tryListen(wrong: Wrong): Promise<unknown> {
  const options = { ...identity('server'), alpn: 'test', ...wrong };
  return listen(options as unknown as ListenOptions).then((server) => server.close());
}

function tryConnect(wrong: Wrong): Promise<unknown> {
  const options = { host: '127.0.0.1', port: 4433, alpn: 'test', ca: authority('ca'), ...wrong };
  return connect(options as unknown as ConnectOptions);
}

const TYPE = 'ERR_INVALID_ARG_TYPE';
const VALUE = 'ERR_INVALID_ARG_VALUE';
const RANGE = 'ERR_OUT_OF_RANGE';

const COMMON: [option: string, value: unknown, code: string][] = [
  ['alpn', undefined, TYPE],
  ['alpn', 7, TYPE],
  ['alpn', '', VALUE],
  ['alpn', [], VALUE],
  ['alpn', ['ok', ''], VALUE],
  ['alpn', 'x'.repeat(256), VALUE],
  ['maxIdleTimeout', '30', TYPE],
  ['maxIdleTimeout', 999, RANGE],
  ['maxIdleTimeout', 4_294_968, RANGE],
  ['keepAlive', 1, RANGE],
  ['handshakeTimeout', 0, RANGE],
  ['handshakeTimeout', 1.5, RANGE],
  ['maxBidiStreams', 0, RANGE],
  ['maxBidiStreams', 4097, RANGE],
  ['maxUniStreams', NaN, RANGE],
  ['maxData', 1199, RANGE],
  ['maxData', 536_870_912, RANGE],
  ['maxStreamData', 268_435_456, RANGE],
  ['congestion', 'bbr', VALUE],
  ['version', 3, VALUE],
  ['rejectUnauthorized', 'yes', TYPE],
  ['keylog', 'file', TYPE],
  ['signal', {}, TYPE],
  ['ca', 5, TYPE],
  ['ca', 'not PEM', VALUE],
  ['cert', 5, TYPE],
];

describe.each([
  ['listen', tryListen],
  ['connect', tryConnect],
])('%s', (_name, attempt) => {
  test.each(COMMON)('%s = %p is refused by name', async (option, value, code) => {
    const error = await failure(attempt({ ...identity('server'), [option]: value }));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(`"${option}"`);
  });

  test('key and cert must belong together', async () => {
    const wrong = { cert: identity('server').cert, key: identity('client').key };
    const error = await failure(attempt(wrong));
    expect(error).toMatchObject({ code: VALUE });
    expect(error.message).toContain('"key" and "cert"');
  });

  test('a public KeyObject is no key', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const error = await failure(attempt({ cert: identity('server').cert, key: publicKey }));
    expect(error).toMatchObject({ code: VALUE });
    expect(error.message).toContain('"key"');
  });
});

test.each([
  ['cert', undefined, TYPE],
  ['key', undefined, TYPE],
  ['host', 4, TYPE],
  ['port', 65_536, RANGE],
  ['port', '80', TYPE],
  ['backlog', 0, RANGE],
  ['reusePort', 1, TYPE],
  ['validateAddress', 1, TYPE],
  ['requestCert', 1, TYPE],
])('listen: %s = %p is refused by name', async (option, value, code) => {
  const error = await failure(tryListen({ [option]: value }));
  expect(error).toMatchObject({ code });
  expect(error.message).toContain(`"${option}"`);
});

test.each([
  ['host', undefined, TYPE],
  ['host', '', VALUE],
  ['port', undefined, TYPE],
  ['port', 0, RANGE],
  ['servername', 1, TYPE],
  ['localAddress', 'localhost', VALUE],
  ['localPort', -1, RANGE],
])('connect: %s = %p is refused by name', async (option, value, code) => {
  const error = await failure(tryConnect({ [option]: value }));
  expect(error).toMatchObject({ code });
  expect(error.message).toContain(`"${option}"`);
});

test('connect: an address without a port is refused', async () => {
  const error = await failure(connect('example.com', { alpn: 'test' }));
  expect(error).toMatchObject({ code: VALUE });
});

test('options must be an object', async () => {
  expect(await failure(listen(null as never))).toMatchObject({ code: TYPE });
  expect(await failure(connect(undefined as never))).toMatchObject({ code: TYPE });
});
