/** Every fixture (and with EXR_CORPUS the corpus): one read, what the oracle says, and the same bytes written again. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { counting, memorySource } from '../bytes/index.ts';
import { isExrError } from '../errors.ts';
import { isLossless, openExr, serializeHeader } from './index.ts';

interface Oracle {
  parts: { index: number; dataWindow: number[]; displayWindow: number[]; tile: number[] | null; deep: boolean; levels?: { channels: object }[]; channels?: object }[];
}

const fixtures = join(import.meta.dirname, '../../../../test-fixtures');
const names = readdirSync(fixtures).filter((name) => name.endsWith('.exr'));

it('there are fixtures', () => expect(names.length).toBeGreaterThan(100));

describe.each(names)('%s', (name) => {
  const content = readFileSync(join(fixtures, name));

  it('opens with one read of at most 64 KiB, without problems', async () => {
    const source = counting(memorySource(content, name));
    const file = await openExr(source);
    expect(source).toMatchObject({ reads: 1, bytes: Math.min(content.length, 65_536) });
    expect(file).toMatchObject({ complete: true, problems: [] });
  });

  it('has the windows, tiles and channels that the oracle saw', async () => {
    const file = await openExr(memorySource(content, name));
    const expected = JSON.parse(readFileSync(join(fixtures, name.replace(/exr$/, 'expected.json')), 'utf8')) as Oracle;
    expect(file.parts).toHaveLength(expected.parts.length);
    for (const want of expected.parts) {
      const part = file.parts[want.index]!;
      const box = ({ xMin, yMin, xMax, yMax }: typeof part.dataWindow) => [xMin, yMin, xMax, yMax];
      expect(box(part.dataWindow)).toEqual(want.dataWindow);
      expect(box(part.displayWindow)).toEqual(want.displayWindow);
      expect(part.isTiled ? [part.tiles!.xSize, part.tiles!.ySize] : null).toEqual(want.tile);
      expect(part.isDeep).toBe(want.deep);
      const seen = want.levels?.[0]?.channels ?? want.channels;
      if (seen) expect(part.channels.map((channel) => channel.name).sort()).toEqual(Object.keys(seen).sort());
    }
  });

  it('writes the same header again, from decoded values', async () => {
    const file = await openExr(memorySource(content, name));
    expect(Buffer.compare(serializeHeader(file), content.subarray(0, file.headerBytes))).toBe(0);
    for (const part of file.parts) {
      for (const attribute of part.attributes) if (attribute.type !== 'studioType') expect(isLossless(attribute), attribute.name).toBe(true);
    }
  });
});

const corpus = process.env['EXR_CORPUS'];

describe.skipIf(!corpus || !existsSync(corpus))('the corpus', () => {
  const files: string[] = [];
  const walk = (folder: string) => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) walk(path);
      else if (name.endsWith('.exr') || folder.endsWith('damaged')) files.push(path);
    }
  };
  if (corpus && existsSync(corpus)) walk(corpus);

  it.each(files)('%s: opens, or says why not; the same header written again', async (path) => {
    const content = readFileSync(path);
    try {
      const source = counting(memorySource(content, path));
      const file = await openExr(source);
      if (!file.complete) expect(file.problems.length).toBeGreaterThan(0);
      else expect(Buffer.compare(serializeHeader(file), content.subarray(0, file.headerBytes))).toBe(0);
      for (const part of file.parts) for (const attribute of part.attributes) expect(attribute.value).toBeDefined();
    } catch (error) {
      if (!isExrError(error)) throw error;
      expect(error.kind).toBe('format');
    }
  });
});
