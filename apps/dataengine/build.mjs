// Bundles two programs that need nothing but Node (and, for a store in a file, @duckdb/node-api beside them): dist/exr-function.mjs for local work, and
// dist/server.mjs, which takes everything from its environment. What goes into a container is made by `nx build-function dataengine`.
import { chmodSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
mkdirSync(`${here}dist`, { recursive: true }); // dist/function is another target's
for (const [entry, out] of [['main', 'exr-function'], ['server-main', 'server']]) {
  await build({
    entryPoints: [`${here}src/${entry}.ts`],
    outfile: `${here}dist/${out}.mjs`,
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
}
chmodSync(`${here}dist/exr-function.mjs`, 0o755);
