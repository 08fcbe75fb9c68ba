import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@exr/source'] },
  ssr: { resolve: { conditions: ['@exr/source'] } },
  test: { name: 'exr-vscode', include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
});
