#!/usr/bin/env node
/**
 * `npm run e2e:vscode`: packages the extension, installs it into a real VS Code server and works through the suite in Debian's Chromium.
 * What follows `--` goes to vitest (`npm run e2e:vscode -- header`, `-- -t Cryptomatte`). Screenshots land in .cache/e2e-screenshots.
 * EXR_VSIX takes a package that is there already, EXR_CORPUS adds a folder of files, EXR_CODE_SERVER is where the server is kept.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const app = join(root, 'apps/vscode');
const report = join(root, '.cache/e2e-report.json');

for (const [command, from] of [['oiiotool', 'openimageio-tools'], ['/usr/bin/chromium', 'chromium']]) {
  if (spawnSync(command, ['--version'], { stdio: 'ignore' }).error && !(command === '/usr/bin/chromium' && process.env.EXR_CHROMIUM)) fail(`${command} is not installed: apt-get install ${from}`);
}
const vsix = process.env.EXR_VSIX ?? packaged();
const built = spawnSync('npx', ['nx', 'build', 'exr-cli', '--outputStyle=static'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' } });
if (built.status) fail('the command line, which the editor is compared with, does not build: npx nx build exr-cli');
mkdirSync(join(root, '.cache'), { recursive: true });
rmSync(report, { force: true });
const { status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', join(app, 'e2e/suite.config.ts'), '--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)], { cwd: app, stdio: 'inherit', env: { ...process.env, EXR_VSIX: vsix } });
if (!existsSync(report)) fail('the suite did not get as far as its tests');
const { numPassedTests: passed, numFailedTests: failed, success } = JSON.parse(readFileSync(report, 'utf8'));
const broken = failed + (success || failed ? 0 : 1);
console.log(`${passed} passed, ${broken} failed`);
process.exit(status || (broken || !passed ? 1 : 0));

/** Makes the package and says where it is. */
function packaged() {
  if (spawnSync('npm', ['run', '-s', 'package:vscode'], { cwd: root, stdio: 'inherit' }).status) fail('npm run package:vscode failed: see above');
  const { name, version } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
  return join(app, `${name}-${version}.vsix`);
}

function fail(text) {
  console.error(text);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
