// SPDX-License-Identifier: MIT
import { writeSync } from 'node:fs';
import type { AggregatedResult } from '@jest/test-result';

/** The last line of a run, for scripts. A file that does not load counts as a failure. */
class LastLine {
  onRunComplete(_contexts: unknown, results: AggregatedResult): void {
    const broken = results.testResults.filter(({ testExecError }) => testExecError !== undefined);
    const { numPassedTests, numFailedTests } = results;
    const failed = numFailedTests + broken.length;
    // Jest's own summary goes to stderr, and is out by then.
    setImmediate(() => {
      writeSync(1, `# suite node: ${numPassedTests} passed, ${failed} failed\n`);
    });
    // A test that failed may leave a connection open. One that passed may not: then this hangs.
    if (failed > 0) setTimeout(() => process.exit(1), 500).unref();
  }
}

export = LastLine;
