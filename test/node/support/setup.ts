// SPDX-License-Identifier: MIT
//
// Before all tests: certificates, made with the openssl command, in a folder that is removed again.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** Without the sanitizers that asan.sh puts into every process: they only take time there. */
function openssl(folder: string, ...args: string[]): void {
  const env = { ...process.env, LD_PRELOAD: '' };
  execFileSync('openssl', args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function authority(folder: string, name: string): void {
  const subject = `/CN=${name}`;
  openssl(
    folder,
    ...['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', subject],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    ...['-keyout', `${name}.key`, '-out', `${name}.crt`],
  );
}

interface Leaf {
  ca: string;
  san?: string;
  usage: 'serverAuth' | 'clientAuth' | 'authority';
  days?: number;
}

function leaf(folder: string, name: string, { ca, san, usage, days = 2 }: Leaf): void {
  const extensions =
    usage === 'authority'
      ? ['basicConstraints=critical,CA:true', 'keyUsage=critical,keyCertSign,cRLSign']
      : [`extendedKeyUsage=${usage}`, 'keyUsage=digitalSignature'];
  if (san !== undefined) extensions.push(`subjectAltName=${san}`);
  fs.writeFileSync(path.join(folder, `${name}.ext`), extensions.join('\n'));
  openssl(
    folder,
    ...['req', '-new', ...NEW_KEY, '-subj', `/CN=${name}`],
    ...['-keyout', `${name}.key`, '-out', `${name}.csr`],
  );
  openssl(
    folder,
    ...['x509', '-req', '-in', `${name}.csr`, '-CA', `${ca}.crt`, '-CAkey', `${ca}.key`],
    ...['-CAcreateserial', '-days', String(days), '-extfile', `${name}.ext`, '-out', `${name}.crt`],
  );
}

export = function setup(): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kquic-certs-'));
  process.env['KQUIC_TEST_CERTS'] = folder;
  const san = 'DNS:localhost,DNS:server.test,IP:127.0.0.1,IP:::1';
  authority(folder, 'ca');
  authority(folder, 'stranger');
  leaf(folder, 'server', { ca: 'ca', san, usage: 'serverAuth' });
  leaf(folder, 'client', { ca: 'ca', usage: 'clientAuth' });
  leaf(folder, 'expired', { ca: 'ca', san, usage: 'serverAuth', days: -1 });
  leaf(folder, 'impostor', { ca: 'stranger', san, usage: 'clientAuth' });
  leaf(folder, 'late', { ca: 'ca', usage: 'clientAuth', days: -1 });
  leaf(folder, 'other', { ca: 'ca', san: 'DNS:other.test', usage: 'serverAuth' });
  leaf(folder, 'wild', { ca: 'ca', san: 'DNS:*.wild.test', usage: 'serverAuth' });
  leaf(folder, 'middle', { ca: 'ca', usage: 'authority' });
  leaf(folder, 'chained', { ca: 'middle', san: 'DNS:chained.test', usage: 'serverAuth' });
};
