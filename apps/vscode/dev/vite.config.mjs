import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { exrFiles } from './files.mjs';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: { conditions: ['@exr/source'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: { host: '127.0.0.1', fs: { strict: false } },
  plugins: [exrFiles],
});
