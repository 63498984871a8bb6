// SPDX-License-Identifier: MIT
import Sequencer from '@jest/test-sequencer';
import type { Test } from '@jest/test-result';

/** The order of the files' numbers. */
class ReadingOrder extends Sequencer {
  override sort(tests: Test[]): Test[] {
    return [...tests].sort((a, b) => a.path.localeCompare(b.path));
  }
}

export = ReadingOrder;
