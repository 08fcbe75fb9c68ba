// Makes the VSIX: what VS Code needs and nothing else in dist/package, with a manifest without the workspace's own fields, then vsce.
// Says what is in it, and fails when it is larger than it may be. Built first: this extension and apps/mcp, whose one file rides along.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import vsce from '@vscode/vsce';
import { notices } from './notices.mjs';

const MOST_BYTES = 3 * 1024 * 1024;
const here = fileURLToPath(new URL('.', import.meta.url));
const root = `${here}../../`;
const target = `${here}dist/package/`;

const manifest = JSON.parse(readFileSync(`${here}package.json`, 'utf8'));
for (const key of ['private', 'type', 'dependencies', 'devDependencies', 'nx']) delete manifest[key];
delete manifest.engines.node;

for (const [what, file] of [['apps/vscode', `${here}dist/webview/main.js`], ['apps/mcp', `${root}apps/mcp/dist/exr-mcp.mjs`]]) {
  if (!existsSync(file)) throw new Error(`${what} is not built: run npm run package:vscode, which builds it first`);
}
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const name of ['dist/extension.cjs', 'dist/engine.cjs', 'dist/web', 'dist/webview', 'media/icon.png', 'media/walkthrough', 'README.md', 'CHANGELOG.md']) {
  cpSync(`${here}${name}`, `${target}${name}`, { recursive: true });
}
cpSync(`${root}apps/mcp/dist/exr-mcp.mjs`, `${target}dist/mcp/exr-mcp.mjs`);
cpSync(`${root}LICENSE`, `${target}LICENSE`);
const metafiles = ['extension', 'engine', 'web', 'webview'].map((name) => JSON.parse(readFileSync(`${here}dist/meta/${name}.json`, 'utf8')));
metafiles.push(JSON.parse(readFileSync(`${root}apps/mcp/dist/exr-mcp.meta.json`, 'utf8')));
writeFileSync(`${target}THIRD-PARTY-NOTICES.txt`, notices(metafiles, root));
writeFileSync(`${target}package.json`, `${JSON.stringify(manifest, null, 2)}\n`);

const vsix = `${here}${manifest.name}-${manifest.version}.vsix`;
writeFileSync(`${target}.vscodeignore`, ''); // nothing lies there that is not meant
rmSync(vsix, { force: true });
await vsce.createVSIX({ cwd: target, packagePath: vsix, dependencies: false, allowMissingRepository: true, skipLicense: false });
for (const file of (await vsce.listFiles({ cwd: target, packageManager: vsce.PackageManager.None })).sort()) console.log(`${String(statSync(`${target}${file}`).size).padStart(9)}  ${file}`);
const { size } = statSync(vsix);
console.log(`${String(size).padStart(9)}  apps/vscode/${manifest.name}-${manifest.version}.vsix`);
if (size > MOST_BYTES) throw new Error(`the package has ${size} bytes, expected ${MOST_BYTES} at most`);
