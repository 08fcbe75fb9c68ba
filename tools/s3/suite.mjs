#!/usr/bin/env node
// npm run test:s3 [-- vitest arguments]: every *.s3.test.ts of packages and apps against a real S3 server, which is started and stopped here.
// The tests find it in S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY and S3_REGION. Closes with "N passed, N failed".
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSwift } from './swift.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const say = (text) => process.stderr.write(`${text}\n`);
const scratch = mkdtempSync(join(tmpdir(), 'exr-s3-suite-'));
let swift;
let child;
const tidy = async () => {
  child?.kill('SIGTERM');
  await swift?.stop();
  rmSync(scratch, { recursive: true, force: true });
};
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => tidy().then(() => process.exit(130)));

let code = 1;
let [passed, failed] = [0, 0];
try {
  say('starting Swift …');
  swift = await startSwift({ say });
  say(`S3 at ${swift.endpoint}`);
  const report = join(scratch, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--root', root, '--config', fileURLToPath(new URL('suite.config.mjs', import.meta.url)), '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)];
  child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...swift.env }, stdio: 'inherit' });
  code = await new Promise((resolve) => child.once('exit', (status) => resolve(status ?? 1)));
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
  [passed, failed] = [numPassedTests, numFailedTests];
} catch (error) {
  say(error.message);
}
child = undefined;
await tidy();
if (failed === 0 && (code !== 0 || passed === 0)) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
