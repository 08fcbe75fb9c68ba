// T0…T12 of what goes wrong: files and expectations made by tools/fixtures/damage.mjs.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { openExr } from '../header/index.ts';
import { computeStats } from '../stats/index.ts';
import { verify } from './index.ts';

const folder = new URL('../../../../test-fixtures/damaged/', import.meta.url).pathname;

it.each(readdirSync(folder).filter((name) => name.endsWith('.exr')))('%s', async (name) => {
  const expected = JSON.parse(readFileSync(folder + name.replace(/\.exr$/, '.expected.json'), 'utf8'));
  const now = new Date('2026-11-23T12:00:00Z');
  const mtime = () => new Date(now.getTime() - 1000 * (expected.seconds_old ?? 86_400));
  const report = await verify(memorySource(new Uint8Array(readFileSync(folder + name)), name), { tier: expected.tier, now, mtime, threads: 1 });
  const structure = report.structure!;
  const part = structure.parts[0];
  expect([name, structure['verdict'], (structure['reasons'] as string[]).join('\n')]).toEqual([name, expected.verdict, expect.stringContaining(expected.says)]);
  if (expected.code) {
    const codes = [...report.errors.map((error) => error.code), ...((part?.['problems'] as { code: string }[] | undefined) ?? []).map((problem) => problem.code)];
    expect(codes).toContain(expected.code);
  }
  for (const key of ['present', 'missing_lines', 'broken_lines', 'broken_chunks']) if (key in expected) expect({ [key]: part![key] }).toEqual({ [key]: expected[key] });
  if ('recovered' in expected) expect(structure['recovered_chunks']).toBe(expected.recovered);
  expect(structure['trailing_bytes'] ?? 0).toBe(expected.trailing_bytes ?? 0);
});

it('T11: what is not finite is counted and placed', async () => {
  const file = await openExr(memorySource(new Uint8Array(readFileSync(`${folder}../float_naninf_zip.exr`)), 'nan.exr'));
  const red = (await computeStats(file, { channels: ['R'], threads: 1 })).parts[0]!.channels[0]!;
  expect(red).toMatchObject({ nan: 1, first_nonfinite: [{ x: 0, y: 0, value: 'NaN' }] });
});
