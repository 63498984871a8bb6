// SPDX-License-Identifier: MIT
'use strict';

/*
 * The programs in the documents: fenced blocks of TypeScript. One whose first line is a comment with a file's name
 * is that file.
 *
 *   node test/docs/blocks.js README.md server.mts     prints the block of that name
 */
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '../..');

/** [{ name, line, text }] of a document. */
function blocks(document) {
  const text = fs.readFileSync(path.join(ROOT, document), 'utf8');
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(({ 1: block, index }) => ({
    name: block.match(/^\/\/ (\S+\.m?ts)\b/)?.[1],
    line: text.slice(0, index).split('\n').length + 1,
    text: block,
  }));
}

module.exports = { ROOT, blocks };

if (require.main === module) {
  const [document, name] = process.argv.slice(2);
  const found = blocks(document).find((block) => block.name === name);
  if (found === undefined) throw new Error(`${document} has no ${name}`);
  process.stdout.write(found.text);
}
