// SPDX-License-Identifier: MIT
import type { AggregatedResult } from '@jest/test-result';

/** The last line of a run, for scripts. A file that does not load counts as a failure. */
class LastLine {
  onRunComplete(_contexts: unknown, results: AggregatedResult): void {
    const broken = results.testResults.filter(({ testExecError }) => testExecError !== undefined);
    const { numPassedTests, numFailedTests } = results;
    const failed = numFailedTests + broken.length;
    // After jest's own summary, which it prints to stderr.
    process.stderr.write('');
    setImmediate(() => {
      process.stdout.write(`# suite node: ${numPassedTests} passed, ${failed} failed\n`);
    });
  }
}

export = LastLine;
