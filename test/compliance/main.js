// SPDX-License-Identifier: MIT
'use strict';

/*
 * Which requirement is met where, and which test shows it, from the citations in code and tests:
 * "RFC 9000, 13.2.1 and 13.2.2", "S3.19 to S3.22", and tests whose names begin with "T031" or "P19".
 *
 *   node main.js              what lacks a citation, and whether the table is up to date; fails if there is anything
 *   node main.js --checklist  only the checklist of the socket API and the pitfalls, T001 to P36
 *   node main.js --table      the table, docs/compliance.md
 */
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '../..');
const CODE = ['module', 'libquic', 'addon', 'lib'];
const TESTS = ['test', 'module/net/quic/test'];
const IGNORED = ['test/compliance', 'test/vm', 'libquic/build', 'test/interop/peer-'];

const TABLE = 'docs/compliance.md';

const SECTION = String.raw`(?:\d+|[A-C])(?:\.\d+)*`;
const RFC = new RegExp(
  String.raw`\bRFC (\d{4}),? (${SECTION}(?:(?:, (?:and )?| and | to )(?!RFC)${SECTION}(?![\w-]))*)`,
  'g',
);
const STATEMENT = /\b(S\d+\.)(\d+)(?: to S\d+\.(\d+))?/g;
// The statements at the beginning of a string, the name of a test, or of a comment on one.
const NAME = /(?:["'`]|\/\* |\/\/ )((?:(?:T\d{3}|P\d\d|S\d+\.\d+|F\d+)[ ,:]+(?:and )?)+)/g;

function* sources(directory) {
  for (const entry of fs.readdirSync(path.join(ROOT, directory), { withFileTypes: true })) {
    const name = `${directory}/${entry.name}`;
    if (IGNORED.some((prefix) => name.startsWith(prefix)) || entry.name === 'build') continue;
    if (entry.isDirectory()) yield* sources(name);
    else if (/(\.(c|h|cc|ts|js|sh)|\/(Kconfig|Makefile))$/.test(name) && !name.endsWith('.mod.c'))
      yield name;
  }
}

/** A file's text with comments that span lines, and strings in parts, in one piece. */
function read(file) {
  return fs
    .readFileSync(path.join(ROOT, file), 'utf8')
    .replace(/"\s*\n\s*"/g, '')
    .replace(/\n\s*(?:\*(?!\/)|\/\/)?\s*/g, ' ');
}

function rowsOf(name) {
  return fs
    .readFileSync(path.join(__dirname, name), 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => line.split(' '));
}

/** "9000 13.2.1" for each section of "13.2.1 and 13.2.2"; of "6.1 to 6.4", both ends and what is between. */
function* sectionsOf(rfc, list) {
  const parts = list.split(/(, and |, | and | to )/);
  for (let i = 0; i < parts.length; i += 2) {
    yield `${rfc} ${parts[i]}`;
    if (parts[i - 1] !== ' to ') continue;
    const [[above, first], [below, last]] = [parts[i - 2], parts[i]].map((section) => {
      const dot = section.lastIndexOf('.');
      return [section.slice(0, dot + 1), Number(section.slice(dot + 1))];
    });
    if (above !== below) continue;
    for (let n = first + 1; n < last; n++) yield `${rfc} ${above}${n}`;
  }
}

function number(prefix, n) {
  return prefix + String(n).padStart({ T: 3, P: 2 }[prefix] ?? 1, '0');
}

/** The numbers of "1-3,7". */
function* numbersOf(list) {
  for (const part of list.split(',')) {
    const [first, last = first] = part.split('-').map(Number);
    for (let n = first; n <= last; n++) yield n;
  }
}

/** What a text cites, tests' names included. */
function* citations(text) {
  for (const [, rfc, list] of text.matchAll(RFC)) yield* sectionsOf(rfc, list);
  for (const [, prefix, from, to] of text.matchAll(STATEMENT))
    for (let n = Number(from); n <= Number(to ?? from); n++) yield number(prefix, n);
  for (const [, names] of text.matchAll(NAME)) yield* names.match(/[TP]\d{2,3}/g) ?? [];
}

/** From each requirement to the files that cite it. */
function collect(directories, without) {
  const cited = new Map();
  for (const directory of directories) {
    if (!fs.existsSync(path.join(ROOT, directory))) continue;
    for (const file of sources(directory)) {
      if (without.some((prefix) => file.startsWith(`${prefix}/`))) continue;
      for (const what of citations(read(file))) {
        if (!cited.has(what)) cited.set(what, new Set());
        cited.get(what).add(file);
      }
    }
  }
  return cited;
}

const code = collect(CODE, TESTS);
const tests = collect(TESTS, []);
const files = (cited, what) => [...(cited.get(what) ?? [])].sort();

const shownBy = new Map(
  rowsOf('checklist.txt').map(([statement, ...entries]) => [statement, entries]),
);

/** Every requirement: what it is called, where it is cited, and what it lacks. */
function* requirements() {
  for (const [rfc, section, where, ...title] of rowsOf('rfc.txt')) {
    const what = `${rfc} ${section}`;
    const row = { group: `RFC ${rfc}`, id: section, title: title.join(' '), where };
    row.code = files(code, what);
    row.tests = files(tests, what);
    row.lacks = [
      where !== 'none' && !row.code.length ? 'code' : '',
      where === 'both' && !row.tests.length ? 'test' : '',
    ].filter(Boolean);
    yield row;
  }
  for (const [prefix, list, where] of rowsOf('api.txt')) {
    for (const n of numbersOf(list)) {
      const id = number(prefix, n);
      const entries = shownBy.get(id) ?? [];
      const row = { group: prefix.replace('.', ''), id, title: entries.join(', '), where };
      row.code = files(code, id);
      row.tests = [id, ...entries].flatMap((what) => files(tests, what));
      const shown = row.tests.length || (where === 'citation' && row.code.length);
      row.lacks = shown ? [] : [where];
      yield row;
    }
  }
}

const TITLES = {
  T: 'The checklist of the socket API',
  P: 'Pitfalls of other implementations',
};

function table(rows) {
  const lines = [
    '# Compliance',
    '',
    'Made by `make compliance` from the citations in code and tests. `make check-compliance` fails when a requirement',
    'has none. Titles are ours; the words that bind are those of the RFCs.',
  ];
  let group = '';
  const names = (list) => [...new Set(list.map((file) => path.basename(file)))].join(', ') || '–';
  for (const row of rows) {
    if (row.group !== group) {
      group = row.group;
      const title =
        TITLES[group] ?? (group.startsWith('S') ? `Socket API, section ${group.slice(1)}` : group);
      lines.push(
        '',
        `## ${title}`,
        '',
        '| | requirement | implemented | tested |',
        '|---|---|---|---|',
      );
    }
    const where =
      row.where === 'none' ? ['not asked of us', ''] : [names(row.code), names(row.tests)];
    lines.push(`| ${row.id} | ${row.title} | ${where.join(' | ')} |`);
  }
  return lines.join('\n') + '\n';
}

function report(suite, rows, stale) {
  const holes = rows.filter((row) => row.lacks.length);
  for (const row of holes) {
    const name = row.group.startsWith('RFC') ? `${row.group}, ${row.id}` : row.id;
    console.log(`not ok - ${name}: no ${row.lacks.join(', no ')}${row.title && ` (${row.title})`}`);
  }
  if (stale) console.log(`not ok - ${TABLE} is out of date: make compliance`);
  const failed = holes.length + Number(stale);
  console.log(`# suite ${suite}: ${rows.length - holes.length} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}

const rows = [...requirements()];
switch (process.argv[2]) {
  case '--table':
    process.stdout.write(table(rows));
    break;
  case '--checklist':
    report(
      'checklist',
      rows.filter((row) => TITLES[row.group]),
      false,
    );
    break;
  default:
    report('compliance', rows, fs.readFileSync(path.join(ROOT, TABLE), 'utf8') !== table(rows));
}
