// SPDX-License-Identifier: MIT
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { certificate } from './certificate.js';

const MB = 1024 * 1024;
const FOLDERS = [
  '/usr/bin',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/share/common-licenses',
  '/usr/share/misc',
];
const LARGEST = 12 * MB;
const FETCH_AT_LEAST = 24 * MB;
const STORE_AT_LEAST = 12 * MB;
const SMALL_FILES = 3;

/** Real files of this machine, the large ones first. */
function candidates(): { file: string; size: number }[] {
  const found = new Map<string, { file: string; size: number }>();
  for (const folder of FOLDERS) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      const file = path.join(folder, name);
      const stat = statSync(file, { throwIfNoEntry: false });
      const fits = stat?.isFile() === true && stat.size > 0 && stat.size <= LARGEST;
      // Links to one file count once, and names decide where the copies go.
      if (fits) found.set(`${stat.dev}:${stat.ino}`, { file, size: stat.size });
    }
  }
  return [...found.values()].sort((a, b) => b.size - a.size);
}

export interface DemoFiles {
  folder: string;
  /** The server's root, with links to the files to fetch. */
  root: string;
  fetch: string[];
  store: string[];
  cert: string;
  key: string;
}

/** Chooses at least 36 MB of files, and makes certificates, in a new folder. */
export function prepare(): DemoFiles {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kquic-demo-'));
  const root = path.join(folder, 'root');
  mkdirSync(root);
  const files = candidates();
  const small = files
    .filter(({ size }) => size >= 1024 && size < 64 * 1024)
    .slice(-2 * SMALL_FILES);
  const fetch: string[] = small.slice(SMALL_FILES).map(({ file }) => file);
  const store: string[] = small.slice(0, SMALL_FILES).map(({ file }) => file);
  let [toFetch, toStore] = [FETCH_AT_LEAST, STORE_AT_LEAST];
  files.forEach(({ file, size }, i) => {
    if (i % 2 === 0 && toFetch > 0) {
      fetch.push(file);
      toFetch -= size;
    } else if (i % 2 === 1 && toStore > 0) {
      store.push(file);
      toStore -= size;
    }
  });
  for (const file of fetch) symlinkSync(file, path.join(root, path.basename(file)));
  return { folder, root, fetch, store, ...certificate(folder) };
}

export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
