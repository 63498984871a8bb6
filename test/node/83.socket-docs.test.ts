// SPDX-License-Identifier: MIT
//
// The program of docs/socket-layer.md runs.
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as ts from 'typescript';
import { certificate } from '../../examples/certificate.js';

const ROOT = path.join(__dirname, '../../..');

test('the program of docs/socket-layer.md echoes', async () => {
  const page = fs.readFileSync(path.join(ROOT, 'docs/socket-layer.md'), 'utf8');
  const source = /^```ts\n(.*?)^```$/ms.exec(page)?.[1] ?? '';
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  // Inside the package, which finds itself by its name.
  const folder = fs.mkdtempSync(path.join(ROOT, 'dist/socket-docs-'));
  try {
    certificate(folder);
    fs.writeFileSync(path.join(folder, 'program.mjs'), outputText);
    const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], {
      cwd: folder,
    });
    expect(stdout).toBe('hello\n');
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
