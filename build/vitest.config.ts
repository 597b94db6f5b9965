import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Short to read and long to run. Vitest knows what a file took only on a machine that ran it before, else it goes by length. */
const slow = [
  ...['simulator', 'faults', 'neighbours', 'demo', 'stations-door', 'soap', 'first-charge'],
  ...['browser/accessibility', 'browser/shell', 'browser/rfid-list-long', 'browser/statistics-long'],
].map((name) => `${root}e2e/${name}.test.ts`);

/** Whatever takes longest begins first, so that no processor waits at the end for the others. */
class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification) => slow.includes(moduleId);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}

/**
 * `unit` beside the code, `integration` against a real daemon, `browser` with real pages in Chromium.
 * Daemons and browsers are processes of their own, so files of those two run few at a time.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: SlowestFirst },
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
          // One more than processors: tests with a daemon often wait.
          maxWorkers: 3,
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
          // Pages are drawn by the processor, and a test measures how smoothly.
          maxWorkers: 2,
        },
      },
    ],
  },
});
