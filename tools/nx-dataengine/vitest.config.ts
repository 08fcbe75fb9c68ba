import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { name: 'nx-dataengine', include: ['test/**/*.test.mjs'], testTimeout: 120_000, hookTimeout: 240_000 } });
