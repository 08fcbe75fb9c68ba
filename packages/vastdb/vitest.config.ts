import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@exr/source'] },
  ssr: { resolve: { conditions: ['@exr/source'] } },
  test: { name: '@exr/vastdb', include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 120_000, hookTimeout: 60_000 },
});
