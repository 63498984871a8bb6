// SPDX-License-Identifier: MIT
//
// What `npm install` runs. kquic needs Linux, GnuTLS's headers and a compiler; where one is missing
// the package installs all the same, without its addon, and support() tells the program why. A
// compiler error in a complete environment fails the installation.
'use strict';

const { spawnSync } = require('node:child_process');
const path = require('node:path');

function has(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function missing() {
  if (process.platform !== 'linux')
    return 'kquic needs Linux: IPPROTO_QUIC is a Linux kernel protocol';
  const packages = [];
  if (!has('c++', '--version')) packages.push('g++');
  if (!has('make', '--version')) packages.push('make');
  if (!has('python3', '--version')) packages.push('python3');
  if (!has('pkg-config', '--version')) packages.push('pkg-config');
  if (!has('pkg-config', '--atleast-version=3.7.0', 'gnutls')) packages.push('libgnutls28-dev');
  if (packages.length === 0) return undefined;
  return (
    'the native addon was not built. On Debian or Ubuntu:\n' +
    `  apt-get install ${packages.join(' ')}\n` +
    '  npm rebuild kquic'
  );
}

const reason = missing();
if (reason !== undefined) {
  console.warn(`kquic: ${reason}`);
  process.exit(0);
}

const root = path.join(__dirname, '..');
const build = spawnSync('node-gyp', ['rebuild', '-j', '2'], { cwd: root, stdio: 'inherit' });
if (build.error)
  console.error(`kquic: node-gyp did not start (${build.error.message}); run this with npm`);
process.exit(build.status ?? 1);
