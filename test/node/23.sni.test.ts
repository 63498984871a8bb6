// SPDX-License-Identifier: MIT
//
// Which certificate a client gets, and what is wrong with one that cannot be used.
import { createPrivateKey } from 'node:crypto';
import { connect, listen, type ListenOptions, type QuicServer } from '../../lib/index.js';
import { authority, identity } from './support/certs.js';
import { clientOptions, failure, handshakeError, next, serverOptions } from './support/pair.js';

type Sni = NonNullable<ListenOptions['sni']>;

/** A server that has no identity but those of `sni`. */
function listenFor(sni: Sni, options: Partial<ListenOptions> = {}): Promise<QuicServer> {
  return listen({ alpn: 'kquic-test', host: '127.0.0.1', sni, ...options });
}

/** The subject of the certificate that a client gets who asks for `servername`. */
async function subjectFor(server: QuicServer, servername: string): Promise<string | undefined> {
  const accepted = next(server);
  const client = await connect(clientOptions(server, { servername }));
  const peer = await accepted;
  expect([client.servername, peer.servername]).toEqual([servername, servername]);
  expect(client.authorized).toBe(true);
  client.destroy();
  await peer.closed;
  return client.peerCertificate?.subject;
}

describe('a table', () => {
  test('has an identity for each name, and key and cert are for all others', async () => {
    const server = await listenFor({ 'other.test': identity('other') }, identity('server'));
    expect(await subjectFor(server, 'other.test')).toBe('CN=other');
    expect(await subjectFor(server, 'server.test')).toBe('CN=server');
    await server.close();
  });

  test('RFC 6125, 6.4.3: a wildcard is for one label, and an exact name comes first', async () => {
    const server = await listenFor(
      { '*.wild.test': identity('wild'), localhost: identity('server') },
      identity('other'),
    );
    expect(await subjectFor(server, 'any.wild.test')).toBe('CN=wild');
    for (const servername of ['wild.test', 'a.b.wild.test']) {
      const error = await failure(connect(clientOptions(server, { servername })));
      // The default identity, which is for another name.
      expect(error).toMatchObject({ alert: 'bad_certificate' });
    }
    await server.close();

    const exact = await listenFor({ '*.test': identity('wild'), 'other.test': identity('other') });
    expect(await subjectFor(exact, 'other.test')).toBe('CN=other');
    await exact.close();
  });

  test('names are compared without regard to case', async () => {
    const server = await listenFor({ 'OTHER.Test': identity('other') });
    const client = await connect(clientOptions(server, { servername: 'Other.TEST' }));
    expect(client.peerCertificate?.subject).toBe('CN=other');
    client.destroy();
    await server.close({ timeout: 0 });
  });

  test('RFC 6066, 3: a name without identity is refused with unrecognized_name', async () => {
    const server = await listenFor({ 'other.test': identity('other') });
    const atServer = handshakeError(server);
    const error = await failure(connect(clientOptions(server)));
    const expected = { code: 'ERR_QUIC_TRANSPORT_ERROR', alert: 'unrecognized_name' };
    expect(error).toMatchObject({ ...expected, errorCode: 0x170 });
    expect(error.message).toBe('the peer refused the handshake (alert unrecognized_name)');
    const there = await atServer;
    expect(there).toMatchObject(expected);
    expect(there.message).toContain('there is no certificate for "localhost"');
    await server.close();
  });

  test('RFC 8446, 9.2: a client that names nobody is refused with missing_extension', async () => {
    const server = await listenFor({ 'other.test': identity('other') });
    const error = await failure(connect(clientOptions(server, { servername: '127.0.0.1' })));
    expect(error).toMatchObject({ alert: 'missing_extension', errorCode: 0x16d });
    await server.close();
  });

  test.each([
    ['*', 'host name'],
    ['a.*.test', 'host name'],
    ['w*.test', 'host name'],
    ['', 'host name'],
    ['127.0.0.1', 'IP address'],
    ['::1', 'IP address'],
  ])('the name %p is refused', async (name, why) => {
    const error = await failure(listenFor({ [name]: identity('other') }));
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(error.message).toContain('"sni"');
    expect(error.message).toContain(why);
  });

  test('a wrong identity is named by its place', async () => {
    const key = identity('client').key;
    const error = await failure(listenFor({ 'other.test': { ...identity('other'), key } }));
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(error.message).toContain(`"sni['other.test'].key" and "sni['other.test'].cert"`);
  });

  test('without a name and without a default it is refused', async () => {
    const error = await failure(listenFor({}));
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(error.message).toContain('"sni"');
    expect(await failure(listenFor('x' as never))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
  });
});

describe('a function', () => {
  test('is asked for each name, and may answer later', async () => {
    const asked: string[] = [];
    const server = await listenFor(async (servername) => {
      asked.push(servername);
      await new Promise(setImmediate);
      return servername === 'other.test' ? identity('other') : undefined;
    }, identity('server'));
    expect(await subjectFor(server, 'other.test')).toBe('CN=other');
    expect(await subjectFor(server, 'localhost')).toBe('CN=server');
    expect(asked).toEqual(['other.test', 'localhost']);
    await server.close();
  });

  test('is not asked for a client that names nobody', async () => {
    const ask = jest.fn(() => identity('other'));
    const server = await listenFor(ask, identity('server'));
    const client = await connect(clientOptions(server, { servername: '127.0.0.1' }));
    expect(client.peerCertificate?.subject).toBe('CN=server');
    expect(ask).not.toHaveBeenCalled();
    client.destroy();
    await server.close({ timeout: 0 });
  });

  const thrown = new Error('no database');
  test.each<[string, Sni]>([
    [
      'throws',
      () => {
        throw thrown;
      },
    ],
    ['rejects', () => Promise.reject(thrown)],
  ])('that %s ends that handshake only', async (_how, sni) => {
    let broken = true;
    const server = await listenFor((servername) =>
      broken && typeof sni === 'function' ? sni(servername) : identity('server'),
    );
    const atServer = handshakeError(server);
    const error = await failure(connect(clientOptions(server)));
    expect(error).toMatchObject({ alert: 'internal_error' });
    const there = await atServer;
    expect(there).toMatchObject({ code: 'ERR_QUIC_TRANSPORT_ERROR', cause: thrown });
    expect(there.message).toContain('the "sni" function failed for "localhost": no database');
    broken = false;
    expect(await subjectFor(server, 'localhost')).toBe('CN=server');
    await server.close();
  });

  test('that returns no identity is told so', async () => {
    const server = await listenFor(() => ({ cert: identity('server').cert }) as never);
    const atServer = handshakeError(server);
    await failure(connect(clientOptions(server)));
    expect((await atServer).cause).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining(`"sni('localhost').key"`) as string,
    });
    await server.close();
  });

  test('that never settles ends that handshake after handshakeTimeout', async () => {
    const server = await listenFor(() => new Promise(() => undefined), { handshakeTimeout: 300 });
    const atServer = handshakeError(server);
    expect(await failure(connect(clientOptions(server)))).toMatchObject({
      code: 'ERR_QUIC_CONNECTION_FAILED',
    });
    expect((await atServer).message).toBe('the handshake did not complete within 300 ms');
    await server.close();
  });

  test('that settles after the server was closed changes nothing', async () => {
    let settle: ((identity: undefined) => void) | undefined;
    let asked!: () => void;
    const question = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const server = await listenFor(
      () =>
        new Promise((answer) => {
          settle = answer;
          asked();
        }),
    );
    const attempt = failure(connect(clientOptions(server)));
    await question;
    await server.close();
    settle?.(undefined);
    expect(await attempt).toMatchObject({ name: 'QuicError' });
  });
});

describe('an identity', () => {
  const pass = 'correct horse';

  function locked(): string {
    const key = createPrivateKey(identity('server').key);
    const format = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc' } as const;
    return key.export({ ...format, passphrase: pass }).toString();
  }

  test('may have an encrypted key, bytes instead of text, and a chain', async () => {
    const { key, cert } = identity('chained');
    const server = await listenFor(
      { 'chained.test': { key, cert: Buffer.from(cert + authority('middle')) } },
      { key: Buffer.from(locked()), cert: identity('server').cert, passphrase: pass },
    );
    expect(await subjectFor(server, 'chained.test')).toBe('CN=chained');
    expect(await subjectFor(server, 'localhost')).toBe('CN=server');
    await server.close();
  });

  const WRONG: [what: string, wrong: () => object, name: string, why: string][] = [
    ['a garbled certificate', () => ({ cert: 'no PEM' }), '"cert"', 'no PEM certificate'],
    ['a garbled key', () => ({ key: 'no PEM' }), '"key"', 'no private key in PEM'],
    ['an encrypted key without passphrase', () => ({ key: locked() }), '"key"', '"passphrase"'],
    [
      'a wrong passphrase',
      () => ({ key: locked(), passphrase: 'wrong' }),
      '"passphrase"',
      'it does not decrypt "key"',
    ],
    [
      'a key for another certificate',
      () => ({ key: identity('client').key }),
      '"key" and "cert"',
      'the certificate is for another key',
    ],
  ];

  test.each(WRONG)('with %s is refused, and why', async (_what, wrong, name, why) => {
    const server = await listen(serverOptions());
    const identityWith = { ...identity('server'), ...wrong() };
    const errors = [
      await failure(listen(serverOptions(wrong()))),
      await failure(connect(clientOptions(server, identityWith))),
      await failure(
        Promise.resolve().then(() => {
          server.setSecureContext(identityWith);
        }),
      ),
    ];
    for (const error of errors) {
      expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' });
      expect(error.message).toContain(name);
      expect(error.message).toContain(why);
      // Of a secret nothing is shown.
      expect(error.message).not.toContain('PRIVATE KEY');
    }
    // setSecureContext() has changed nothing.
    expect(await subjectFor(server, 'localhost')).toBe('CN=server');
    await server.close();
  });
});
