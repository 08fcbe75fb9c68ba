// Photographs against oiiotool at full size, and half size by its box filter. Runs when EXR_CORPUS names the folder and oiiotool is there.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { openExr } from '../header/index.ts';
import { type PreviewOptions, renderPreview } from './index.ts';

const corpus = process.env['EXR_CORPUS'];
const folder = mkdtempSync(join(tmpdir(), 'exr-preview-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SCREEN = ['--clamp:min=0:max=1', '--colorconvert', 'linear', 'sRGB', '-d', 'uint8', '--croptofull'];
const cases: [file: string, options: PreviewOptions, steps: string[]][] = [
  ['generated/p1080_zip.exr', {}, []],
  ['generated/p1080_zip.exr', { exposure: 2 }, ['--mulc', '4']],
  ['generated/p1080_zip.exr', { size: 960 }, ['--resize:filter=box', '960x540']],
  ['generated/p1080_dwaa.exr', {}, []],
  ['generated/p1080_b44.exr', {}, []],
  ['generated/deep_tiled_leaves.exr', {}, ['--flatten']],
  ['openexr-images/MultiView/Adjuster.exr', {}, []],
];

describe.skipIf(!corpus || !existsSync('/usr/bin/oiiotool'))('photographs', () => {
  it.each(cases)('%s %o', async (name, options, steps) => {
    const path = join(corpus!, name);
    const shown = join(folder, 'shown.png');
    const flatten = steps.filter((step) => step === '--flatten');
    execFileSync('oiiotool', [path, ...flatten, '--ch', 'R,G,B', ...steps.filter((step) => step !== '--flatten'), ...SCREEN, '-o', shown]);
    const theirs = PNG.sync.read(readFileSync(shown));
    const picture = await renderPreview(await openExr(memorySource(readFileSync(path), name)), { marks: false, ...options });
    expect([picture.width, picture.height]).toEqual([theirs.width, theirs.height]);
    let sum = 0;
    for (let i = 0; i < theirs.data.length; i++) sum += Math.abs(theirs.data[i]! - picture.rgba[i]!);
    // Issue 3, bar 7 asks for 1; seen: 0.002 to 0.012, at most 1 at any pixel that is not deep.
    expect(sum / theirs.data.length).toBeLessThan(0.05);
  }, 60_000);
});
