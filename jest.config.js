// SPDX-License-Identifier: MIT
'use strict';

// The tests run as tsc compiled them: nothing is transformed in the VM, where JavaScript is slow.
module.exports = {
  rootDir: 'dist',
  testMatch: ['<rootDir>/test/node/**/*.test.js'],
  testEnvironment: 'node',
  transform: {},
  globalSetup: '<rootDir>/test/node/support/setup.js',
  globalTeardown: '<rootDir>/test/node/support/teardown.js',
  testTimeout: 600_000,
  // One after the other, in reading order; the VM has two processors at most.
  maxWorkers: 1,
  testSequencer: '<rootDir>/test/node/support/sequencer.js',
  reporters: ['default', '<rootDir>/test/node/support/reporter.js'],
};
