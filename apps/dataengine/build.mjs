// Bundles the program for local work into one file, dist/exr-function.mjs, that needs nothing but Node (and, for a store in a file, @duckdb/node-api beside it).
// What goes into a container is made by `nx build-function dataengine`.
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
rmSync(`${here}dist`, { recursive: true, force: true });
mkdirSync(`${here}dist`);
await build({
  entryPoints: [`${here}src/main.ts`],
  outfile: `${here}dist/exr-function.mjs`,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minifySyntax: true,
  legalComments: 'inline',
  logLevel: 'warning',
  // CommonJS among the dependencies asks for these.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  conditions: ['@exr/source'],
  external: ['@duckdb/*'],
});
chmodSync(`${here}dist/exr-function.mjs`, 0o755);
