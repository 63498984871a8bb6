// SPDX-License-Identifier: MIT
import * as fs from 'node:fs';

export = function teardown(): void {
  const folder = process.env['KQUIC_TEST_CERTS'];
  if (folder !== undefined) fs.rmSync(folder, { recursive: true });
};
