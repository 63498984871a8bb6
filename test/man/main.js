// SPDX-License-Identifier: MIT
'use strict';

/*
 * Is everything that programs see of kquic in a man page, and does what is there hold?
 *
 * The headers say what there is. Each function needs a page, each name of <linux/quic.h> a place in quic(7), with the
 * numbers that the header gives; examples have to compile, references to lead somewhere, and the programs that docs/
 * shows to be those of examples/c. Files and make targets that the documents name have to exist.
 */
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '../..');
const MAN = path.join(ROOT, 'man');
const UAPI = 'module/include/uapi/linux/quic.h';
const LIBQUIC = 'libquic/include/netinet/quic.h';
const SOCKET = 'module/net/quic/socket';
const INTERNAL = ['EBADMSG', 'EEXIST', 'ERESTARTSYS', 'ENOIOCTLCMD'];
const INCLUDES = ['libquic/include', 'module/include/uapi'];
const LINK = /^\.so man\d\/(.*)\n$/;
/* What a build makes. */
const MADE = /\bbuild\b|^dist\b|^node_modules\b|\.ko$/;
/* What make knows in a kernel's tree. */
const KERNEL_TARGETS = ['menuconfig', 'modules', 'olddefconfig'];
/* Pages of others: GnuTLS's, and the system's. */
const OURS = /^(lib)?quic/;

const read = (name) => fs.readFileSync(path.join(ROOT, name), 'utf8');
const pages = new Map(
  fs.readdirSync(MAN).map((name) => [name, fs.readFileSync(path.join(MAN, name), 'utf8')]),
);

let number = 0;
let failed = 0;

function test(name, ok, details = '') {
  number++;
  if (!ok) failed++;
  if (!ok || process.argv.includes('--verbose'))
    console.log(`${ok ? 'ok' : 'not ok'} ${number} - ${name}${details && `\n# ${details}`}`);
}

/** A page without the macros and escapes that are no text. */
function text(page) {
  return page
    .replace(/\\f[A-Z]|\\[&/,]/g, '')
    .replace(/\\-/g, '-')
    .replace(/\\e/g, '\\');
}

function hasWord(page, word) {
  return new RegExp(String.raw`(?<![\w])${word}(?![\w])`).test(text(page));
}

/** A header without comments. */
const bare = (header) => header.replace(/\/\*[^]*?\*\//g, '');

function* matches(header, expression) {
  for (const [, ...groups] of bare(header).matchAll(expression)) yield groups;
}

/** Every [struct or union, field]. */
function* fields(header) {
  for (const [name, body] of matches(header, /^(?:struct|union) (\w+) {\n([^]*?)^}/gm))
    for (const [, list] of body.matchAll(/(\w+)(?:\[\w+\])?;/g)) yield [name, list];
}

/** Every enumerator and macro that is meant for programs. */
function* constants(header) {
  for (const [body] of matches(header, /^(?:\t)?enum(?: \w+)? {\n([^]*?)^}/gm))
    for (const [, name] of body.matchAll(/^\s*([A-Z]\w+)/gm)) yield name;
  for (const [name] of matches(header, /^#define (\w+)[\t ]/gm))
    if (!name.startsWith('_')) yield name;
}

function functions() {
  test('S9.1 there is a page quic(7)', text(pages.get('quic.7') ?? '').includes('.TH QUIC 7 '));
  const found = matches(read(LIBQUIC), /^(?:int|void|ssize_t|quic_set_log_func_t) (quic_\w+)\(/gm);
  for (const [name] of found) {
    const own = pages.get(`${name}.3`);
    const page = own?.match(LINK) ? pages.get(own.match(LINK)[1]) : own;
    const title = page && text(page).match(/^\.SH NAME\n([^]*?)^\.SH/m)?.[1];
    test(`S9.2 man 3 ${name} shows a page about it`, title && hasWord(title, name));
    test(`S9.2 the page about ${name} has its prototype`, page?.match(new RegExp(`${name}\\(`)));
  }
}

function names() {
  const quic = pages.get('quic.7');
  const library = [...pages].filter(([name]) => name.endsWith('.3')).map(([, page]) => page);
  const inLibrary = (name) => library.some((page) => hasWord(page, name));

  for (const name of new Set(constants(read(UAPI)))) {
    const short = name.replace(/^QUIC_TRANSPORT_ERROR(?=_)/, '');
    test(
      `S1.3 quic(7) has ${name}`,
      hasWord(quic, name) || (short !== name && hasWord(quic, short)),
    );
  }
  for (const [name, field] of fields(read(UAPI)))
    test(`S1.4 quic(7) has ${field} of ${name}`, hasWord(quic, field) && hasWord(quic, name));
  for (const name of new Set(constants(read(LIBQUIC))))
    test(`S9.4 a page of section 3 has ${name}`, inLibrary(name));
  for (const [name, field] of fields(read(LIBQUIC)))
    test(`S9.4 a page of section 3 has ${field} of ${name}`, inLibrary(name) && inLibrary(field));
  for (const [, counter] of read('module/net/quic/observe/proc.c').matchAll(/"(Quic\w+)"/g))
    test(`S10.3 quic(7) has ${counter}`, hasWord(quic, counter));
  for (const [, sysctl] of read('module/net/quic/socket/sysctl.c').matchAll(
    /procname\s*= "(\w+)"/g,
  ))
    test(`S10.2 quic(7) has ${sysctl}`, hasWord(quic, sysctl));
}

/** Every errno that a socket gives has an entry. Programs see neither EBADMSG nor EEXIST, and EINTR for ERESTARTSYS. */
function errors() {
  const entries = pages.get('quic.7').match(/^\.SH ERRORS\n([^]*?)^\.SH/m)[1];
  const given = fs
    .readdirSync(path.join(ROOT, SOCKET))
    .flatMap((name) => read(`${SOCKET}/${name}`).match(/(?<=-)E[A-Z]{3,}\b/g) ?? []);
  for (const errno of new Set(given))
    if (!INTERNAL.includes(errno)) test(`S6.1 quic(7) explains ${errno}`, hasWord(entries, errno));
}

/** Defaults and ranges: the header's comments and the tables of quic(7) are two records of the same numbers. */
function numbers() {
  const quic = text(pages.get('quic.7'));
  for (const name of ['quic_transport_param', 'quic_config']) {
    const comment = read(UAPI).match(new RegExp(`/\\*\\*\n \\* struct ${name} [^]*?\\*/`))[0];
    for (const [, field, words] of comment.matchAll(/^ \* @(\w+): (.*)$/gm)) {
      const row = quic.match(new RegExp(`^__u\\d+ ${field}\t.*$`, 'm'))?.[0] ?? '';
      for (const [value] of words.replace(/RFC \d+/g, '').matchAll(/\b\d{2,}\b/g))
        test(`S1.3 quic(7) gives ${value} for ${field}`, hasWord(row, value), row);
    }
  }
}

function references() {
  for (const [name, page] of pages) {
    const link = page.match(LINK);
    if (link) test(`${name} leads to a page`, pages.has(link[1]));
    const found = text(page).matchAll(/^\.(?:BR|TP\n\.BR) (.*)$/gm);
    for (const [, line] of found)
      for (const [, other, section] of line.matchAll(/(\w+)[" ]*\((\d)\)/g))
        if (OURS.test(other))
          test(`${name} refers to ${other}(${section})`, pages.has(`${other}.${section}`));
  }
}

/** The examples of a page are one program in C, part by part; those of tools are for a shell. */
function examples() {
  for (const [name, page] of pages) {
    if (name.endsWith('.1')) continue;
    const parts = [...page.matchAll(/^\.EX\n([^]*?)^\.EE$/gm)]
      .map(([, part]) => text(part))
      .filter((part) => !part.startsWith('.\\" not C'));
    if (!parts.length) continue;
    const compiler = spawnSync(
      process.env.CC ?? 'cc',
      ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-Wno-unused-function', '-fsyntax-only'].concat(
        INCLUDES.map((directory) => `-I${path.join(ROOT, directory)}`),
        ['-x', 'c', '-'],
      ),
      { input: parts.join('\n'), encoding: 'utf8' },
    );
    test(`the examples of ${name} compile`, compiler.status === 0, compiler.stderr);
  }
}

/** Every option of a tool, its own and those that all have, is in its page. */
function tools() {
  const options = (folder) =>
    fs
      .readdirSync(path.join(ROOT, folder))
      .filter((name) => /\.[ch]$/.test(name))
      .flatMap((name) => [...read(`${folder}/${name}`).matchAll(/{ "([\w-]+)", \w+_argument/g)])
      .map(([, name]) => name);
  for (const tool of ['quiccat', 'quicperf'])
    for (const option of [...options('tools/common'), ...options(`tools/${tool}`)])
      test(`${tool}(1) has --${option}`, hasWord(pages.get(`${tool}.1`) ?? '', `--${option}`));
}

/** What docs/c.md shows is what is compiled and tested. */
function programs() {
  const shown = read('docs/c.md');
  for (const name of ['echo-server.c', 'echo-client.c'])
    test(
      `docs/c.md shows ${name} as it is`,
      shown.includes(`\`\`\`c\n${read(`examples/c/${name}`)}\`\`\``),
    );
  test(
    'the server has 60 lines at most',
    read('examples/c/echo-server.c').split('\n').length <= 61,
  );
}

/** What the documents tell a reader to open or to make is there. */
function documents() {
  const makefiles = ['Makefile', 'install.mk'].map(read).join('\n');
  const folders = fs
    .readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name);
  const file = new RegExp(String.raw`(?<![\w/.~-])(?:${folders.join('|')})/[\w./-]*\w`, 'g');
  const all = ['README.md', 'CONTRIBUTING.md']
    .concat(fs.readdirSync(path.join(ROOT, 'docs')).map((name) => `docs/${name}`))
    .filter((name) => name.endsWith('.md') && name !== 'docs/compliance.md');
  for (const name of all) {
    const document = read(name);
    for (const [what] of document.matchAll(file))
      if (!MADE.test(what)) test(`${name}: there is ${what}`, fs.existsSync(path.join(ROOT, what)));
    for (const [, target] of document.matchAll(/(?:`|^)make ([a-z][\w-]*)/gm)) {
      if (KERNEL_TARGETS.includes(target)) continue;
      const rule = new RegExp(`^(?:.* )?${target}(?: .*)?:`, 'm');
      test(`${name}: make knows ${target}`, rule.test(makefiles));
    }
  }
}

functions();
names();
errors();
numbers();
references();
examples();
tools();
programs();
documents();
console.log(`# suite man: ${number - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
