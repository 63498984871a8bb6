// SPDX-License-Identifier: MIT
'use strict';

/*
 * Does the TypeScript in the documents compile, and is docs/api what typedoc makes of lib/?
 */
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const ts = require('typescript');
const { ROOT, blocks } = require('./blocks.js');

/** What pieces of programs may speak of without saying where it comes from. */
const PRELUDE = `
  declare const server: import('kquic').QuicServer;
  declare const connection: import('kquic').QuicConnection;
  declare const stream: import('kquic').QuicStream;
`;
const PRELUDE_FILE = path.join(ROOT, 'prelude.d.ts');

let number = 0;
let failed = 0;

function test(name, ok, details = '') {
  number++;
  if (!ok) failed++;
  const lines = String(details).trim().replace(/\n/g, '\n# ');
  console.log(`${ok ? 'ok' : 'not ok'} ${number} - ${name}${ok ? '' : `\n# ${lines}`}`);
}

function documents() {
  return ['README.md', 'CONTRIBUTING.md'].concat(
    fs
      .readdirSync(path.join(ROOT, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  );
}

/** Every block is a module of its own, compiled as the package's own files are. */
function programs() {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    ROOT,
  );
  const texts = new Map([[PRELUDE_FILE, PRELUDE]]);
  for (const document of documents())
    for (const { line, text } of blocks(document))
      texts.set(path.join(ROOT, `${document}:${line}.mts`), `export {};\n${text}`);

  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.getSourceFile = (name, target, ...rest) =>
    texts.has(name)
      ? ts.createSourceFile(name, texts.get(name), target)
      : getSourceFile(name, target, ...rest);
  const program = ts.createProgram(
    [...texts.keys()],
    { ...options, noEmit: true, noUnusedLocals: false },
    host,
  );
  for (const name of texts.keys()) {
    if (name === PRELUDE_FILE) continue;
    const found = ts.getPreEmitDiagnostics(program, program.getSourceFile(name));
    const format = {
      getCanonicalFileName: (x) => x,
      getCurrentDirectory: () => ROOT,
      getNewLine: () => '\n',
    };
    test(
      `${path.relative(ROOT, name).replace(/\.mts$/, '')} compiles`,
      found.length === 0,
      ts.formatDiagnostics(found, format),
    );
  }
}

function files(folder) {
  return new Map(
    fs
      .readdirSync(folder, { recursive: true })
      .filter((name) => name.endsWith('.md'))
      .sort()
      .map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')]),
  );
}

/** Made anew, the reference is the one that is here. */
function reference() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kquic-api-'));
  const made = spawnSync('npx', ['typedoc', '--out', folder], { cwd: ROOT, encoding: 'utf8' });
  test('typedoc has nothing to complain about', made.status === 0, made.stdout + made.stderr);
  const [fresh, here] = [files(folder), files(path.join(ROOT, 'docs/api'))];
  fs.rmSync(folder, { recursive: true });
  for (const name of new Set([...fresh.keys(), ...here.keys()]))
    test(
      `docs/api/${name} is current`,
      fresh.get(name) === here.get(name),
      'make api makes it anew',
    );
}

programs();
reference();
console.log(`# suite docs: ${number - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
