import { createReadStream, existsSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const files = process.env.EXR_FILES ?? fileURLToPath(new URL('../../../test-fixtures', import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: { conditions: ['@exr/source'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: { host: '127.0.0.1', fs: { strict: false } },
  plugins: [{
    name: 'exr-files',
    configureServer(server) {
      server.middlewares.use('/file', (request, response, next) => {
        const path = join(files, normalize(decodeURIComponent(request.url.split('?')[0])));
        if (!path.startsWith(files) || !existsSync(path)) return next();
        response.setHeader('content-type', 'application/octet-stream');
        createReadStream(path).pipe(response);
      });
    },
  }],
});
