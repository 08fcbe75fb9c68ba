// Bundles the CLI into one CommonJS file (dist/main.cjs), writes oclif's manifest, and warms V8's code cache by running the common commands once.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const pjson = JSON.parse(readFileSync(`${here}package.json`, 'utf8'));
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
  define: { 'import.meta.url': 'IMPORT_META_URL', PJSON: JSON.stringify({ name: pjson.name, version: pjson.version, oclif: pjson.oclif }) },
  conditions: ['@exr/source'],
  external: ['typescript', 'ts-node', 'tsx', '@duckdb/*'],
});

// What esbuild leaves beyond ASCII stands in comments and regular expressions, where an escape means the same. A file of ASCII alone is read as
// Latin-1, in a tenth of the time, and V8 holds it at one byte a character.
const main = `${here}dist/main.cjs`;
writeFileSync(main, readFileSync(main, 'utf8').replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`));

// The manifest lets help and completion know every flag without loading a command.
rmSync(`${here}oclif.manifest.json`, { force: true });
const { Plugin } = await import('@oclif/core');
const plugin = new Plugin({ root: here, type: 'core', ignoreManifest: true });
await plugin.load();
writeFileSync(`${here}oclif.manifest.json`, `${JSON.stringify(plugin.manifest, null, 1)}\n`);

// V8 keeps what it compiled: later starts read it from disk. A different Node version makes its own on the first `EXR_WRITE_CODE_CACHE=1 exr …`.
const exr = (...args) => execFileSync(process.execPath, [`${here}bin/run.js`, ...args], { stdio: 'ignore', env: { ...process.env, EXR_WRITE_CODE_CACHE: '1' } });
const fixtures = fileURLToPath(new URL('../../test-fixtures/', import.meta.url));
exr('inspect', `${fixtures}scan_half_rgba_zip.exr`);
exr('inspect', '--stats', '--format', 'json', `${fixtures}scan_half_rgba_zip.exr`);
exr('inspect', '--format', 'ndjson', fixtures);
