import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { name: 'law', include: ['*.test.mjs'], testTimeout: 120_000 } });
