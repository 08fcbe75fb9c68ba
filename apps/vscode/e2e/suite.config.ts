/** The end-to-end suite: one server, one browser, one file after another. Its name keeps it out of `npm test`. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['@exr/source'] },
  ssr: { resolve: { conditions: ['@exr/source'] } },
  test: {
    name: 'exr-vscode-e2e',
    include: ['**/*.e2e.ts'],
    globalSetup: ['./server.setup.ts'],
    environment: 'node',
    fileParallelism: false,
    maxWorkers: 1,
    isolate: false,
    expect: { poll: { timeout: 20_000, interval: 100 } },
    testTimeout: 90_000,
    hookTimeout: 120_000,
  },
});
