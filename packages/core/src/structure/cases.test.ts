/** What real writers do, each with its right answer and the source of it: test-fixtures/cases/cases.json, written from the documents and other programs. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { openExr } from '../header/index.ts';
import { choosePicture, renderPreview } from '../preview/index.ts';
import { buildReport } from '../report/index.ts';
import { computeStats } from '../stats/index.ts';
import { verify } from './index.ts';

interface Case {
  readonly file: string;
  readonly verdict: string;
  readonly says?: string;
  readonly software?: string;
  readonly color?: string;
  readonly stats?: Readonly<Record<string, number>>;
  /** x, y, red, green, blue, ± 2. */
  readonly pixels?: readonly (readonly [number, number, number, number, number])[];
  readonly layerDrawn?: string;
}

const root = new URL('../../../../test-fixtures/', import.meta.url);
const cases = JSON.parse(readFileSync(new URL('cases/cases.json', root), 'utf8')) as readonly Case[];

it.each(cases.map((each) => [each.file, each] as const))('%s', async (name, expected) => {
  const bytes = new Uint8Array(readFileSync(new URL(name, root)));
  const report = await verify(memorySource(bytes, name), { tier: 'decode' });
  expect(report.structure?.verdict).toBe(expected.verdict);
  if (expected.says) expect(JSON.stringify(report)).toMatch(new RegExp(expected.says, 'i'));
  const file = await openExr(memorySource(bytes, name));
  const part = buildReport(file).parts[0]!;
  if (expected.software) expect(part.software).toMatch(new RegExp(expected.software, 'i'));
  if (expected.color) expect(JSON.stringify(part.color_space)).toContain(expected.color);
  if (expected.layerDrawn) expect(choosePicture(file).picture.layer).toMatch(new RegExp(`(^|\\.)${expected.layerDrawn}$`));
  if (expected.stats) {
    const { parts } = await computeStats(file);
    for (const [channel, mean] of Object.entries(expected.stats)) expect([channel, parts[0]!.channels.find((each) => each.name === channel)?.mean]).toEqual([channel, expect.closeTo(mean, 5)]);
  }
  if (expected.pixels) {
    const { width, rgba } = await renderPreview(file, {});
    for (const [x, y, ...rgb] of expected.pixels) {
      const got = [...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)];
      for (const [i, value] of got.entries()) expect(Math.abs(value - rgb[i]!), `${x}, ${y}: ${got.join(' ')}`).toBeLessThanOrEqual(2);
    }
  }
});
