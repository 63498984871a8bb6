// SPDX-License-Identifier: MIT
import * as fs from 'node:fs';
import * as path from 'node:path';

function read(file: string): string {
  return fs.readFileSync(path.join(process.env['KQUIC_TEST_CERTS'] ?? '.', file), 'utf8');
}

type Name = 'server' | 'client' | 'expired' | 'impostor' | 'other' | 'wild' | 'chained' | 'late';

export function identity(name: Name): {
  key: string;
  cert: string;
} {
  return { key: read(`${name}.key`), cert: read(`${name}.crt`) };
}

export function authority(name: 'ca' | 'stranger' | 'middle'): string {
  return read(`${name}.crt`);
}
