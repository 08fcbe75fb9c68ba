import { defineConfig } from 'vitest/config';

// *.s3.test.ts want a real S3 server: `npm run test:s3` runs them.
export default defineConfig({
  resolve: { conditions: ['@exr/source'] },
  ssr: { resolve: { conditions: ['@exr/source'] } },
  test: { name: 'exr-function', include: ['src/**/*.test.ts'], exclude: ['src/**/*.s3.test.ts'], environment: 'node', testTimeout: 60_000, hookTimeout: 60_000 },
});
