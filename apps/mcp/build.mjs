// Bundles the server into one file (dist/exr-mcp.mjs) that needs nothing but Node, and packs it with its manifest as a desktop extension (dist/exr-inspector.mcpb).
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { manifest } from './extension/manifest.mjs';
import { zip } from './extension/zip.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
rmSync(`${here}dist`, { recursive: true, force: true });
mkdirSync(`${here}dist`);
const { version } = JSON.parse(readFileSync(`${here}package.json`, 'utf8'));
const { metafile } = await build({
  metafile: true,
  entryPoints: [`${here}src/main.ts`],
  outfile: `${here}dist/exr-mcp.mjs`,
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
// What is bundled, for the notices of whoever ships this file.
writeFileSync(`${here}dist/exr-mcp.meta.json`, JSON.stringify(metafile));
chmodSync(`${here}dist/exr-mcp.mjs`, 0o755);
writeFileSync(`${here}dist/exr-inspector.mcpb`, zip({
  'manifest.json': Buffer.from(`${JSON.stringify(manifest(version), null, 2)}\n`),
  'server/exr-mcp.mjs': readFileSync(`${here}dist/exr-mcp.mjs`),
  LICENSE: readFileSync(`${here}../../LICENSE`),
}));
