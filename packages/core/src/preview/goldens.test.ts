// Pictures against what OpenImageIO makes of the same files with the same transform: tools/fixtures/preview-goldens.mjs wrote them.
import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { openExr } from '../header/index.ts';
import { type PreviewOptions, renderPreview } from './index.ts';

const fixtures = new URL('../../../../test-fixtures/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, fixtures));
const goldens = JSON.parse(read('preview/goldens.json').toString()) as { name: string; file: string; options: PreviewOptions }[];

/** Differences of what shows of two RGBA pictures, in 8-bit codes. Where both are clear the colour does not matter. */
export function difference(ours: ArrayLike<number>, theirs: ArrayLike<number>): { mean: number; max: number } {
  let [sum, max, count] = [0, 0, 0];
  for (let i = 0; i < ours.length; i++) {
    const pixel = i - (i % 4);
    const by = ours[pixel + 3] === 0 && theirs[pixel + 3] === 0 ? 0 : Math.abs(ours[i]! - theirs[i]!);
    sum += by;
    count++;
    if (by > max) max = by;
  }
  return { mean: sum / count, max };
}

describe('a preview is what OpenImageIO shows', () => {
  it('in every kind of storage', () => expect(goldens.length).toBeGreaterThan(20));

  it.each(goldens)('$name', async ({ name, file, options }) => {
    const theirs = PNG.sync.read(read(`preview/${name}.png`));
    const picture = await renderPreview(await openExr(memorySource(read(file), file)), { marks: false, ...options });
    expect([picture.width, picture.height]).toEqual([theirs.width, theirs.height]);
    const { mean, max } = difference(picture.rgba, theirs.data);
    // Both round to 8 bits once; the published matrices have five decimals.
    expect({ mean: mean < 0.1, max }).toEqual({ mean: true, max: max <= 1 ? max : '1 at most' });
  });
});
