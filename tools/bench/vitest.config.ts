import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@exr/source'] },
  ssr: { resolve: { conditions: ['@exr/source'] } },
  test: { name: 'bench', include: ['**/*.test.mjs'], testTimeout: 120_000 },
});
