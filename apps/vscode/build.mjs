// Bundles the extension: what starts with VS Code (small), the engine (loaded with the first file), both in one for a web worker, and the webview.
// Each bundle's metafile lies in dist/meta (not packaged): notices and tests are made from it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
rmSync(`${here}dist`, { recursive: true, force: true });
mkdirSync(`${here}dist/meta`, { recursive: true });

const common = { absWorkingDir: here, bundle: true, minify: true, metafile: true, logLevel: 'warning', legalComments: 'none', conditions: ['@exr/source'] };

/** In Node the engine is a file beside the extension, so that starting VS Code does not read it. */
const engineApart = {
  name: 'engine-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/engine-node\.ts$/ }, ({ kind }) => (kind === 'dynamic-import' ? { path: './engine.cjs', external: true } : undefined));
  },
};

const bundles = {
  extension: { entryPoints: ['src/host/extension.ts'], outfile: 'dist/extension.cjs', platform: 'node', target: 'node20', format: 'cjs', external: ['vscode'], plugins: [engineApart] },
  engine: { entryPoints: ['src/host/engine-node.ts'], outfile: 'dist/engine.cjs', platform: 'node', target: 'node20', format: 'cjs' },
  // A web worker host evaluates one script and knows `require('vscode')` alone.
  web: { entryPoints: ['src/host/extension-web.ts'], outfile: 'dist/web/extension.js', platform: 'browser', target: 'es2022', format: 'cjs', external: ['vscode'] },
  webview: {
    entryPoints: { main: 'src/webview/main.tsx' }, outdir: 'dist/webview', platform: 'browser', target: 'es2022', format: 'iife', jsx: 'automatic', jsxImportSource: 'preact',
    loader: { '.ttf': 'file', '.woff': 'file', '.woff2': 'file', '.svg': 'dataurl' }, assetNames: '[name]',
  },
};

for (const [name, options] of Object.entries(bundles)) {
  const { metafile } = await build({ ...common, ...options });
  writeFileSync(`${here}dist/meta/${name}.json`, JSON.stringify(metafile));
}
