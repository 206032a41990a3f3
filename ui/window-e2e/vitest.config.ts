import { defineConfig } from 'vitest/config';

const results = process.env.WINDOW_RESULTS;

/** The real window, one test at a time. WINDOW_RESULTS names a file for the results in JUnit's form. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    environment: 'node',
    testTimeout: 180_000,
    hookTimeout: 120_000,
    // WebdriverIO keeps the process alive after its last session.
    teardownTimeout: 1_000,
    fileParallelism: false,
    reporters: results === undefined ? ['default'] : ['default', ['junit', { outputFile: results }]],
  },
});
