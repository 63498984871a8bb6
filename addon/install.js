// SPDX-License-Identifier: MIT
//
// What `npm install` runs. Nothing is done where the prebuilt addon loads, unless the user asks for a
// build (`npm install --build-from-source`). Otherwise it is compiled, which needs Linux, GnuTLS's
// headers and a compiler; where one is missing the package installs all the same, without its addon,
// and support() tells the program why. A compiler error in a complete environment fails the
// installation.
'use strict';

const { spawnSync } = require('node:child_process');
const path = require('node:path');

function has(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Why there is no addon that loads. */
function problem() {
  try {
    require('../dist/lib/load-addon.js').loadAddon();
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** Debian packages that compiling needs and that are not here. */
function missing() {
  const packages = [];
  if (!has('c++', '--version')) packages.push('g++');
  if (!has('make', '--version')) packages.push('make');
  if (!has('python3', '--version')) packages.push('python3');
  if (!has('pkg-config', '--version')) packages.push('pkg-config');
  if (!has('pkg-config', '--atleast-version=3.7.0', 'gnutls')) packages.push('libgnutls28-dev');
  return packages;
}

const wish = process.env.npm_config_build_from_source;
const asked = wish === 'true' || wish === 'kquic';
const why = problem();
if (why === undefined && !asked) process.exit(0);

const packages = process.platform === 'linux' ? missing() : [];
if (process.platform !== 'linux' || packages.length > 0) {
  console.warn(`kquic: ${why ?? 'the addon cannot be built here'}`);
  if (packages.length > 0) {
    console.warn(
      'To build it on Debian or Ubuntu:\n' +
        `  apt-get install ${packages.join(' ')}\n` +
        '  npm rebuild kquic',
    );
  }
  process.exit(asked ? 1 : 0);
}

const root = path.join(__dirname, '..');
const build = spawnSync('node-gyp', ['rebuild', '-j', '2'], { cwd: root, stdio: 'inherit' });
if (build.error)
  console.error(`kquic: node-gyp did not start (${build.error.message}); run this with npm`);
process.exit(build.status ?? 1);
