import { defineConfig } from 'vitest/config';

const conditions = ['gt-src'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    retry: 0,
    experimental: { fsModuleCache: true },
    allowOnly: false,
    passWithNoTests: false,
    reporters: ['default', './test/support/closing-line.ts'],
    globalSetup: ['./test/support/leftovers.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          pool: 'threads',
          maxWorkers: 2,
          isolate: false,
          // A bound for what hangs: how fast a busy machine is decides nothing.
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
          expect: { requireAssertions: true },
        },
      },
      {
        extends: true,
        test: {
          name: 'redis',
          include: ['test/redis/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          // Many waits in one test: each has its own bound.
          testTimeout: 120_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 3,
          // Some tests are a hundred calls of gt: on a busy machine these take minutes, and that decides nothing.
          testTimeout: 300_000,
          hookTimeout: 120_000, // a town is brought up and a rig is added, beside two others
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
