// Compiles assembly/ twice (with SIMD and without) and writes both, base64, into src/wasm.generated.ts.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const here = dirname(fileURLToPath(import.meta.url));
const scratch = await mkdtemp(join(tmpdir(), 'exr-kernels-'));
const modules = {};
for (const [name, flags] of [['SIMD', ['--enable', 'simd']], ['SCALAR', ['--disable', 'simd']]]) {
  const file = join(scratch, `${name}.wasm`);
  const { error, stderr } = await asc.main([
    'assembly/index.ts', '--baseDir', here, '--outFile', file, ...flags,
    '-O3', '--converge', '--noAssert', '--runtime', 'stub', '--initialMemory', '32', '--use', 'abort=', '--exportStart', '_start',
  ]);
  if (error) {
    console.error(stderr.toString());
    process.exit(1);
  }
  modules[name] = await readFile(file);
}
await rm(scratch, { recursive: true });
const text = Object.entries(modules).map(([name, bytes]) => `/** ${bytes.length} bytes of WebAssembly. */\nexport const ${name} =\n  '${bytes.toString('base64')}';\n`);
await writeFile(join(here, 'src/wasm.generated.ts'), `// Written by build.mjs from assembly/. Not in git.\n${text.join('')}`);
console.log(Object.entries(modules).map(([name, bytes]) => `${name} ${bytes.length} bytes`).join(', '));
