// SPDX-License-Identifier: MIT
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { connect, support } from '../../lib/index.js';
import { QuicSocket } from '../../lib/socket/index.js';
import { failure } from './support/pair.js';

const DIST_LIB = path.join(__dirname, '../../lib');
const ROOT = path.join(__dirname, '../../..');

test('support() agrees with the kernel', async () => {
  const { available, kernel, reason } = support();
  expect(kernel).toBe(os.release());
  if (available) {
    expect(reason).toBeUndefined();
    QuicSocket.open(4).close();
  } else {
    expect(reason).toContain('modprobe quic');
    const error = await failure(connect({ host: '127.0.0.1', port: 9, alpn: 'x' }));
    expect(error).toMatchObject({ code: 'ERR_QUIC_UNSUPPORTED' });
    expect(error.message).toContain('modprobe quic');
    expect(() => QuicSocket.open()).toThrow('modprobe quic');
  }
});

describe('without the addon', () => {
  let folder: string;

  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kquic-bare-'));
    fs.copyFileSync(path.join(ROOT, 'package.json'), path.join(folder, 'package.json'));
    fs.cpSync(DIST_LIB, path.join(folder, 'dist/lib'), { recursive: true });
  });

  afterAll(() => {
    fs.rmSync(folder, { recursive: true });
  });

  function run(script: string): string {
    return execFileSync(process.execPath, ['-e', script], { cwd: folder }).toString();
  }

  test('support() says how to build it', () => {
    const out = run('console.log(JSON.stringify(require("./dist/lib").support()))');
    const result = JSON.parse(out) as { available: boolean; reason: string };
    expect(result.available).toBe(false);
    expect(result.reason).toContain('npm rebuild kquic');
  });

  test('connect() fails with ERR_QUIC_UNSUPPORTED', () => {
    const out = run(
      'require("./dist/lib").connect({ host: "::1", port: 1, alpn: "x" })' +
        '.catch((e) => console.log(e.code, e.message))',
    );
    expect(out).toContain('ERR_QUIC_UNSUPPORTED');
    expect(out).toContain('npm rebuild kquic');
  });
});

describe('the package', () => {
  const names = 'connect listen support QuicConnection QuicError QuicServer QuicStream'.split(' ');

  test.each([
    ['require', `const k = require('kquic'), s = require('kquic/socket');`, 'commonjs'],
    ['import', `import * as k from 'kquic'; import * as s from 'kquic/socket';`, 'module'],
  ])('%s finds both entry points', (_how, load, type) => {
    const script = `${load} console.log(Object.keys(k).join(' '), s.IPPROTO_QUIC)`;
    const out = execFileSync(process.execPath, [`--input-type=${type}`, '-e', script], {
      cwd: ROOT,
    }).toString();
    for (const name of names) expect(out).toContain(name);
    expect(out).toContain('261');
  });

  test('import and require give the same classes', () => {
    const script =
      `import { createRequire } from 'node:module'; import { QuicStream } from 'kquic';` +
      `const require = createRequire(process.cwd() + '/x.js');` +
      `console.log(require('kquic').QuicStream === QuicStream)`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: ROOT,
    });
    expect(out.toString()).toBe('true\n');
  });
});
