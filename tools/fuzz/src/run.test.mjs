import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { caseOf, originals } from './cases.mjs';
import { fieldsOf } from './fields.mjs';
import { limitsPage } from './limits-page.mjs';
import { MUTATIONS } from './mutate.mjs';
import { randomOf } from './random.mjs';
import { run } from './run.mjs';

// The corpus is not everywhere: what runs here is the same on every machine.
const files = originals({ corpus: '' });
const SEED = 4;
const CASES = 4000;
const MEANINGS = 300;

it(`${CASES} damaged files end in a result or an ExrError, in time and within memory`, async () => {
  const { cases, failures, outcomes } = await run({ seed: SEED, cases: CASES, corpus: '' });
  expect(failures).toEqual([]);
  expect(cases).toBe(CASES);
  // The damage is neither so slight that nothing notices nor so heavy that nothing is reached.
  expect(outcomes.stats.ok / cases).toBeGreaterThan(0.8);
  expect(outcomes.fix.ok / cases).toBeLessThan(0.9);
});

it(`${MEANINGS} sound files that say hostile things keep every promise`, async () => {
  const { cases, failures, outcomes } = await run({ kind: 'meaning', seed: 1, cases: MEANINGS });
  expect(failures).toEqual([]);
  expect(cases).toBe(MEANINGS);
  // What they say is reached: most are read to the end.
  expect(outcomes.report.ok / cases).toBeGreaterThan(0.8);
});

it('notices a case that takes too long or too much memory, and says how to see it again', async () => {
  const slow = await run({ seed: SEED, cases: 1, seconds: 1e-6, processes: 1, corpus: '', keep: false });
  expect(slow.failures).toMatchObject([{ number: 0, why: expect.stringMatching(/took|did not end/), again: 'npm run fuzz -- --seed 4 --case 0' }]);
  const large = await run({ seed: SEED, cases: 1, megabytes: 1, processes: 1, corpus: '', keep: false });
  expect(large.failures).toMatchObject([{ number: 0, why: expect.stringContaining('the process grew') }]);
});

it('makes the same case from the same seed, and others from others', () => {
  const digest = ({ name, done, bytes, tight }) => [name, done.join(), bytes.length, bytes.reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, 0), tight].join(' ');
  const some = (seed) => Array.from({ length: 50 }, (_, number) => digest(caseOf(seed, number, files)));
  expect(some(1)).toEqual(some(1));
  expect(new Set([...some(1), ...some(2)]).size).toBeGreaterThan(95);
});

it('every way of damaging a file changes some file', () => {
  for (const [name, mutate] of Object.entries(MUTATIONS)) {
    const changed = files.filter(({ bytes }, i) => {
      const copy = bytes.slice();
      const result = mutate(randomOf(7, i), copy, fieldsOf(copy), files[0].bytes) ?? copy;
      return Buffer.compare(result, bytes) !== 0;
    });
    expect(changed.length, name).toBeGreaterThan(5);
  }
});

it('finds the fields of a file where its maker put them', () => {
  const { bytes } = files.find(({ name }) => name === 'scan_half_rgba_zip.exr');
  const { attributes, entries, chunks } = fieldsOf(bytes);
  expect(attributes.map(({ name }) => name)).toEqual(expect.arrayContaining(['channels', 'compression', 'dataWindow', 'displayWindow', 'lineOrder']));
  expect(entries.length).toBeGreaterThan(1);
  expect(chunks.length).toBe(entries.length);
});

it('docs/limits.md says what the limits are (node tools/fuzz/src/limits-page.mjs --write)', () => {
  expect(readFileSync(new URL('../../../docs/limits.md', import.meta.url), 'utf8')).toBe(limitsPage());
});
