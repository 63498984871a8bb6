// SPDX-License-Identifier: MIT

/**
 * Calls a program's handler from the middle of our own work. What it throws becomes an
 * 'uncaughtException' a tick later, as from any event, and our work goes on.
 */
export function call(handler: () => void): void {
  try {
    handler();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}
