import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/dist/**/*.test.js'],
    exclude: ['**/node_modules/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
