// Bundles src/worker.ts into one script and writes it, as text, into src/pixels/worker.generated.ts. The kernels' code is left out: the calling
// thread sends its compiled module.
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const noKernels = {
  name: 'no-kernels',
  setup({ onLoad }) {
    onLoad({ filter: /wasm\.generated\.(ts|js)$/ }, () => ({ contents: `export const SIMD = ''; export const SCALAR = '';` }));
  },
};
const { outputFiles } = await build({
  entryPoints: [join(here, 'src/worker.ts')], bundle: true, write: false, minify: true, format: 'iife', platform: 'neutral', target: 'es2022',
  mainFields: ['module', 'main'], conditions: ['@exr/source', 'import'], external: ['node:*'], plugins: [noKernels], legalComments: 'none',
});
const [{ text }] = outputFiles;
await writeFile(join(here, 'src/pixels/worker.generated.ts'), `// Written by build-worker.mjs from src/worker.ts. Not in git.\nexport const WORKER: string =\n  ${JSON.stringify(text)};\n`);
console.log(`worker ${text.length} bytes`);
