// SPDX-License-Identifier: MIT
import { execFileSync } from 'node:child_process';
import * as path from 'node:path';

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const NAMES = 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1';

/** Makes key.pem and cert.pem for this machine, with the openssl command. Self-signed: its own trust anchor. */
export function certificate(folder: string): { cert: string; key: string } {
  const cert = path.join(folder, 'cert.pem');
  const key = path.join(folder, 'key.pem');
  const subject = ['-days', '2', '-subj', '/CN=localhost', '-addext', NAMES];
  const args = ['req', '-x509', ...NEW_KEY, ...subject, '-keyout', key, '-out', cert];
  execFileSync('openssl', args, { stdio: 'ignore' });
  return { cert, key };
}
