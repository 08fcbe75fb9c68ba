/**
 * Ours and the peers in turn on the same files: medians and ratios. `npm run bench` builds first and runs this.
 *   --section whole,peers,bound,headers,memory   some of the sections; default all
 *   --only TEXT       only files whose name contains TEXT (such results are shown and not kept)
 *   --no-corpus       without the files of EXR_CORPUS
 *   --rounds N        rounds of each contender, 5 or more; default 5
 *   --large           also makes and measures a 16384×16384 file (2.1 GB of pixels, 1.3 GB on disk)
 *   --markdown        writes docs/bench.md from the newest result of each section
 *   --check           exit code 1 when a bar is missed
 * EXR_CORPUS (default ../shared/corpus) adds its generated 1080p files; EXR_NEWEST and RDCORE: newest.mjs.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { corpusInputs, makeInputs, makeLarge, makeMany } from './inputs.mjs';
import { machine } from './machine.mjs';
import { tidy } from './newest.mjs';
import { page } from './page.mjs';
import { aligned } from './table.mjs';
import * as bound from './section-bound.mjs';
import * as headers from './section-headers.mjs';
import * as memory from './section-memory.mjs';
import * as peers from './section-peers.mjs';
import * as whole from './section-whole.mjs';

const SECTIONS = { whole, peers, bound, headers, memory };
const { values } = parseArgs({
  options: {
    section: { type: 'string', default: Object.keys(SECTIONS).join(',') }, only: { type: 'string', default: '' }, 'no-corpus': { type: 'boolean', default: false }, rounds: { type: 'string', default: '5' },
    large: { type: 'boolean', default: false }, markdown: { type: 'boolean', default: false }, check: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (!(Number.isInteger(rounds) && rounds >= 1)) fail(`--rounds ${values.rounds}: expected a whole number from 1 up`);
const names = values.section.split(',');
for (const name of names) if (!Object.hasOwn(SECTIONS, name)) fail(`--section ${name}: expected some of ${Object.keys(SECTIONS).join(', ')}`);

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = join(root, '.cache/bench');
const exr = join(root, 'apps/cli/bin/run.js');
if (!existsSync(join(root, 'apps/cli/dist/main.cjs'))) fail('exr is not built yet: npm run bench builds it');

const say = (text) => {
  clear();
  console.error(text);
};
const progress = (text) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
};
const clear = () => progress('');
const files = [...makeInputs(folder, say), ...(values['no-corpus'] ? [] : corpusInputs(process.env.EXR_CORPUS ?? join(root, '../shared/corpus')))].filter(({ name }) => name.includes(values.only));
const context = { exr, files, rounds, progress };
if (names.includes('headers')) context.many = makeMany(folder, 2000, say);
if (values.large) context.large = await makeLarge(folder, progress);

const where = machine();
console.log(`${where.cpu}, ${where.cores} cores, ${where.memory}, ${where.system}, Node ${process.version}; medians of ${rounds} rounds in turn, warm cache; load at the start ${where.load()}\n`);
const results = join(folder, 'results');
mkdirSync(results, { recursive: true });
let missed = 0;
try {
  for (const name of names) {
    const begun = where.load();
    const result = { title: SECTIONS[name].title, date: new Date().toISOString(), rounds, ...(await SECTIONS[name].run(context)), load: [begun, where.load()] };
    clear();
    console.log(`${result.title.replaceAll('`', '')}\n`);
    console.log(result.skipped ?? aligned(result.head, result.rows));
    console.log();
    for (const { bar, measured, met } of result.bars) console.log(`${met ? 'met   ' : 'MISSED'}  ${bar}: ${measured}`);
    console.log(`load ${begun} → ${where.load()}\n`);
    missed += result.bars.filter(({ met }) => !met).length;
    if (!values.only) writeFileSync(join(results, `${name}.json`), JSON.stringify(result, null, 1));
  }
} finally {
  tidy();
}
if (values.markdown) {
  const known = Object.keys(SECTIONS).map((name) => join(results, `${name}.json`)).filter((path) => existsSync(path));
  writeFileSync(join(root, 'docs/bench.md'), page(where, known.map((path) => JSON.parse(readFileSync(path, 'utf8')))));
  console.log('wrote docs/bench.md');
}
if (values.check && missed > 0) process.exitCode = 1;

function fail(message) {
  console.error(message);
  process.exit(2);
}
