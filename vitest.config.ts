import path from 'node:path';
import { defineConfig } from 'vitest/config';

// Every worker and every gateway that a test starts loads the same packages: compiled once, their code is read by the others.
process.env.NODE_COMPILE_CACHE ??= path.join(import.meta.dirname, 'node_modules/.cache/compiled');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: './test/support/make-run-folder.ts',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
