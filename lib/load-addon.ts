// SPDX-License-Identifier: MIT
//
// Where the addon is: built here (by `npm install` where the prebuilt one does not fit, or by a
// developer), otherwise the prebuilt one of the package. Node-API keeps its binary interface, so one
// file for each system and processor serves every version of Node.
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { QuicError } from './errors.js';

const FILES = [
  'build/Release/kquic.node',
  'build/Debug/kquic.node',
  `prebuilds/${process.platform}-${process.arch}-glibc/kquic.node`,
];

const BUILD =
  'building it needs g++, make, python3, pkg-config and libgnutls28-dev, then: npm rebuild kquic';

/** The package's own folder, from lib/ as well as from dist/lib/. */
function packageRoot(): string {
  let folder = __dirname;
  while (!fs.existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('the package folder has no package.json');
    folder = parent;
  }
  return folder;
}

/** The first line of dlopen()'s words: they go on with the stack of require(). */
function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
}

function unsupported(message: string, cause?: unknown): QuicError {
  return new QuicError(message, { code: 'ERR_QUIC_UNSUPPORTED', cause });
}

/** Throws ERR_QUIC_UNSUPPORTED: the message says what the user can do. */
export function loadAddon(): unknown {
  if (process.platform !== 'linux') {
    throw unsupported('Linux only: QUIC runs in the Linux kernel');
  }
  const root = packageRoot();
  const file = FILES.map((name) => path.join(root, name)).find((name) => fs.existsSync(name));
  if (file === undefined) {
    throw unsupported(`there is no native addon for ${process.arch}; ${BUILD}`);
  }
  try {
    return createRequire(__filename)(file);
  } catch (cause) {
    const why = firstLine(cause);
    const help = why.includes('libgnutls')
      ? 'it needs GnuTLS 3.7 or newer: install libgnutls30 (Debian, Ubuntu) or gnutls (Fedora, Arch)'
      : BUILD;
    throw unsupported(`the native addon does not load (${why}); ${help}`, cause);
  }
}
