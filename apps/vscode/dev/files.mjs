/** Serves EXR files to a page: those of test-fixtures, or of the folder EXR_FILES, below /file/. */
import { createReadStream, existsSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.env.EXR_FILES ?? fileURLToPath(new URL('../../../test-fixtures', import.meta.url));

export const exrFiles = {
  name: 'exr-files',
  configureServer(server) {
    server.middlewares.use('/file', (request, response, next) => {
      const path = join(folder, normalize(decodeURIComponent(request.url.split('?')[0])));
      if (!path.startsWith(folder) || !existsSync(path)) return next();
      response.setHeader('content-type', 'application/octet-stream');
      createReadStream(path).pipe(response);
    });
  },
};
