// SPDX-License-Identifier: MIT
import { QuicError } from '../../lib/index.js';
import { systemError } from '../../lib/errors.js';
import { closeInfo, closedError } from '../../lib/close-info.js';

const NO_CLOSE = { errcode: 0, frame: 0, phrase: '' };

test('a transport error of 0x100 and above names its TLS alert', () => {
  const error = new QuicError('x', { code: 'ERR_QUIC_TRANSPORT_ERROR', errorCode: 0x100 + 48 });
  expect(error).toMatchObject({ name: 'QuicError', alert: 'unknown_ca', errorCode: 304 });
  expect(
    new QuicError('x', { code: 'ERR_QUIC_TRANSPORT_ERROR', errorCode: 1 }).alert,
  ).toBeUndefined();
  expect(
    new QuicError('x', { code: 'ERR_QUIC_APPLICATION_ERROR', errorCode: 304 }).alert,
  ).toBeUndefined();
});

test('instanceof holds across copies of the package', () => {
  const other: unknown = Object.defineProperty(new Error('x'), Symbol.for('kquic.QuicError'), {
    value: true,
  });
  expect(other instanceof QuicError).toBe(true);
  expect(new Error('x') instanceof QuicError).toBe(false);
  expect((null as unknown) instanceof QuicError).toBe(false);
});

test('system call failures are Node’s own', () => {
  const error = systemError('bind', -98, { address: '::1', port: 443 });
  expect(error).toMatchObject({ code: 'EADDRINUSE', errno: -98, syscall: 'bind', port: 443 });
  expect(error.message).toBe('bind EADDRINUSE ::1:443');
});

describe('why a connection ended', () => {
  const abandoned = { errcode: 0, frame: 0, phrase: 'socket closed' };

  test('an empty event with the socket option untouched is the idle timeout', () => {
    const info = closeInfo(NO_CLOSE, abandoned);
    expect(info).toMatchObject({ by: 'timeout', error: { code: 'ERR_QUIC_IDLE_TIMEOUT' } });
  });

  test('an empty event with the option replaced is the peer’s close with code 0', () => {
    const info = closeInfo(NO_CLOSE, NO_CLOSE);
    expect(info).toEqual({ by: 'peer', code: 0, reason: '' });
    expect(closedError(info)).toMatchObject({ code: 'ERR_QUIC_CLOSED' });
  });

  test('no event at all is judged by the option', () => {
    expect(closeInfo(undefined, abandoned).by).toBe('timeout');
    const close = { errcode: 7, frame: 0, phrase: 'bye' };
    expect(closeInfo(undefined, close)).toMatchObject({ by: 'peer', code: 7, reason: 'bye' });
  });

  test('an application’s code', () => {
    const close = { errcode: 77, frame: 0, phrase: 'going away' };
    expect(closeInfo(close, close)).toMatchObject({
      by: 'peer',
      code: 77,
      reason: 'going away',
      error: { code: 'ERR_QUIC_APPLICATION_ERROR', errorCode: 77, reason: 'going away' },
    });
  });

  test('a transport error', () => {
    const close = { errcode: 3, frame: 8, phrase: '' };
    expect(closeInfo(close, close)).toMatchObject({
      by: 'error',
      code: 3,
      error: { code: 'ERR_QUIC_TRANSPORT_ERROR', errorCode: 3 },
    });
  });

  test('a stateless reset', () => {
    const close = { errcode: 0x100, frame: 0, phrase: '' };
    expect(closeInfo(close, abandoned).by).toBe('reset');
    expect(closeInfo(close, close)).toMatchObject({ by: 'peer', code: 0x100 });
  });
});
