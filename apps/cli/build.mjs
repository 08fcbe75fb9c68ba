// Bundles the CLI into CommonJS files (dist/main.cjs for every run, dist/all.cjs for help and completion) and writes oclif's manifest.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const pjson = JSON.parse(readFileSync(`${here}package.json`, 'utf8'));
// What an older build left is no part of this one: dist goes into caches and packages as it is.
rmSync(`${here}dist`, { recursive: true, force: true });
await build({
  entryPoints: [`${here}src/main.ts`, `${here}src/commands/all.ts`],
  entryNames: '[name]',
  outdir: `${here}dist`,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  banner: { js: "const IMPORT_META_URL = require('node:url').pathToFileURL(__filename).href;" }, // what ESM libraries ask for
  // NODE_ENV: oclif would look for TypeScript and complain of its own commands in somebody's development environment.
  define: { 'process.env.NODE_ENV': '"production"', 'import.meta.url': 'IMPORT_META_URL', PJSON: JSON.stringify({ name: pjson.name, version: pjson.version, oclif: pjson.oclif }) },
  conditions: ['@exr/source'],
  external: ['typescript', 'ts-node', 'tsx', '@duckdb/*'],
  // A script out of V8's code cache has nobody who answers import() on Node 20, and one who warns on others: every import() becomes a require().
  supported: { 'dynamic-import': false },
  plugins: [{
    name: "oclif's plugins, whose package.json names no door to their commands",
    setup: ({ onResolve }) => onResolve({ filter: /^@oclif\/plugin-[a-z]+\/lib\/commands\// }, ({ path }) => ({ path: inNodeModules(path) })),
  }],
});

// What esbuild leaves beyond ASCII stands in comments and regular expressions, where an escape means the same. A file of ASCII alone is read as
// Latin-1, in a tenth of the time, and V8 holds it at one byte a character.
const main = `${here}dist/main.cjs`;
const text = readFileSync(main, 'utf8').replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
// V8 tells cached code from another script's by its length alone: bin/run.js names its cache by this.
const id = createHash('sha256').update(text).digest('hex').slice(0, 16);
writeFileSync(main, `/* build ${id} */${text}`);

// The manifest lets help and completion know every flag without loading a command.
rmSync(`${here}oclif.manifest.json`, { force: true });
const { Plugin } = await import('@oclif/core');
const plugin = new Plugin({ root: here, type: 'core', ignoreManifest: true });
await plugin.load();
writeFileSync(`${here}oclif.manifest.json`, `${JSON.stringify(plugin.manifest, null, 1)}\n`);

/** A file of an installed package, wherever npm put it. */
function inNodeModules(path) {
  for (let folder = here; ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', path);
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) throw new Error(`${path} is not installed`);
  }
}
