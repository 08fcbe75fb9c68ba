import { defineConfig } from 'vitest/config';

/** All suites that need a real S3 server, in the projects that they test; `npm test` leaves them out. */
export default defineConfig({
  resolve: { conditions: ['@exr/source'] },
  ssr: { resolve: { conditions: ['@exr/source'] } },
  test: { name: 's3', include: ['packages/*/src/**/*.s3.test.ts', 'apps/*/src/**/*.s3.test.ts'], environment: 'node', testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false },
});
