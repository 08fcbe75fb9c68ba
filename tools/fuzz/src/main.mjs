#!/usr/bin/env node
// npm run fuzz -- [--meaning] [--seed N] [--cases N] [--only FIXTURE] [--case N] [--processes N]
import { parseArgs } from 'node:util';
import { run } from './run.mjs';

const { values } = parseArgs({
  options: { meaning: { type: 'boolean', default: false }, seed: { type: 'string' }, cases: { type: 'string', default: '20000' }, only: { type: 'string', default: '' }, case: { type: 'string' }, processes: { type: 'string', default: '2' } },
});
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const one = values.case === undefined ? null : Number(values.case);
if (![seed, one ?? 0, Number(values.cases), Number(values.processes)].every(Number.isInteger)) throw new Error('--seed, --cases, --case and --processes take whole numbers');

let shown = 0;
const begin = Date.now();
const result = await run({
  kind: values.meaning ? 'meaning' : 'damage', seed, only: values.only, processes: one === null ? Number(values.processes) : 1, cases: one === null ? Number(values.cases) : 1, from: one ?? 0,
  onProgress: ({ cases, failures }) => {
    if (cases - shown < 1000) return;
    shown = cases;
    console.log(`${cases} cases, ${failures.length} failures, ${Math.round((Date.now() - begin) / 1000)} s`);
  },
});
for (const { number, name, done, tight, why, path, again } of result.failures) {
  console.log(`\nFAIL seed ${seed}, case ${number}: ${name}, ${done.join(' then ')}, ${tight ? 'tight' : 'default'} limits\n${why}\nkept as ${path}\nagain: ${again}`);
}
for (const [step, counts] of Object.entries(result.outcomes)) console.log(`${step.padEnd(11)}${Object.entries(counts).sort((a, b) => b[1] - a[1]).map(([code, count]) => `${code} ${count}`).join(', ')}`);
console.log(`seed ${seed}: ${result.cases} cases over ${result.files} files in ${Math.round((Date.now() - begin) / 1000)} s; slowest ${Math.round(result.slowest.ms)} ms (case ${result.slowest.number}), largest process ${Math.round(result.largest.megabytes)} MB (case ${result.largest.number})`);
console.log(`${result.cases - result.failures.length} passed, ${result.failures.length} failed`);
process.exitCode = result.failures.length > 0 ? 1 : 0;
