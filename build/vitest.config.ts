import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * `unit` beside the code, `integration` against a real daemon, `browser` with real pages in Chromium.
 * Daemons and browsers are processes of their own, so files of those two run few at a time.
 */
export default defineConfig({
  test: {
    projects: [
      {
        root,
        plugins: [vue()],
        test: {
          name: 'unit',
          include: ['{daemon,shared,console,simulator,build}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          environment: 'node',
          server: { deps: { inline: ['vuetify'] } },
          testTimeout: 20_000,
          // What tests share is plain functions: loading all of it anew for each file takes twice as long as the tests.
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        root,
        test: {
          name: 'integration',
          include: ['e2e/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        root,
        test: {
          name: 'browser',
          include: ['e2e/browser/*.test.ts'],
          environment: 'node',
          expect: { poll: { timeout: 20_000 } },
          testTimeout: 90_000,
          hookTimeout: 90_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
