import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { openExr } from '../header/index.ts';
import { inspect } from '../inspect/index.ts';
import { readPlane } from '../pixels/index.ts';
import { verify } from '../structure/index.ts';
import { readChunkIndex } from './index.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`../../../../test-fixtures/${name}`, import.meta.url));

/** The file with another number in every part's compression attribute, and perhaps in other bytes. */
function withCompression(name: string, compression: number, edit: (bytes: Buffer) => void = () => undefined): Buffer {
  const bytes = Buffer.from(fixture(name));
  const attribute = Buffer.from('compression\0compression\0\x01\0\0\0', 'latin1');
  for (let at = bytes.indexOf(attribute); at >= 0; at = bytes.indexOf(attribute, at + 1)) bytes[at + attribute.length] = compression;
  edit(bytes);
  return bytes;
}
/** Takes an attribute's name away, so that nobody finds it. */
const hide = (name: string) => (bytes: Buffer): void => {
  const at = bytes.indexOf(`${name}\0`);
  if (at >= 0) bytes.write('x', at, 'latin1');
};
const linesOf = async (bytes: Buffer): Promise<number | undefined> => (await readChunkIndex(await openExr(memorySource(bytes)))).grids[0]!.levels[0]?.chunkHeight;

describe('a compression that nobody knows', () => {
  it.each([
    ['uint_half_float_zips.exr', 1], ['uint_half_float_zip.exr', 16], ['uint_half_float_piz.exr', 32], ['scan_half_rgba_dwab.exr', 256], ['decreasing_zip.exr', 16], ['deep_scan_zips.exr', 1],
  ])('%s: the file tells how many lines a chunk has', async (name, lines) => {
    const known = (await readChunkIndex(await openExr(memorySource(fixture(name))))).grids[0]!;
    // One chunk has all lines that there are.
    const expected = known.count === 1 ? known.levels[0]!.height : lines;
    expect(await linesOf(withCompression(name, 14))).toBe(expected);
    expect(await linesOf(withCompression(name, 200, hide('chunkCount')))).toBe(expected);
  });

  it('plain chunks are read, header and structure shown', async () => {
    const bytes = withCompression('uint_half_float_none.exr', 14);
    const report = await inspect(memorySource(bytes, 'new.exr'), { stats: {} });
    expect(report.parts[0]!.compression).toBe('unknown 14');
    expect(report.errors).toMatchObject([{ code: 'UNSUPPORTED_COMPRESSION', kind: 'unsupported', message: 'new.exr: compression: unknown compression 14, expected 0 to 13' }]);
    const plain = await inspect(memorySource(fixture('uint_half_float_none.exr')), { stats: {} });
    expect(report.stats).toEqual(plain.stats);
    const structure = (await verify(memorySource(bytes))).structure!;
    expect(structure.parts[0]).toMatchObject({ complete: true, percent: 100 });
    expect(structure['verdict']).toBe('unreadable');
  });

  it('of other chunks each says so, and those of other parts are measured', async () => {
    const report = await inspect(memorySource(withCompression('uint_half_float_zip.exr', 77)), { stats: {} });
    expect(report.errors.map(({ code, message }) => [code, /unknown compression 77/.test(message)])).toEqual([['UNSUPPORTED_COMPRESSION', true], ['UNSUPPORTED_COMPRESSION', true]]);
    expect(report.stats!.parts[0]).toMatchObject({ partial: true });
    await expect(readPlane(await openExr(memorySource(withCompression('uint_half_float_zip.exr', 77))), { channel: 'Z', failFast: true })).rejects.toThrow(/unknown compression 77/);

    const first = fixture('multipart_3.exr');
    const attribute = Buffer.from('compression\0compression\0\x01\0\0\0', 'latin1');
    const several = Buffer.from(first);
    several[several.indexOf(attribute) + attribute.length] = 99;
    const [before, after] = await Promise.all([first, several].map((each) => inspect(memorySource(each), { stats: {} })));
    expect(after!.stats!.parts.slice(1)).toEqual(before!.stats!.parts.slice(1));
    expect((await verify(memorySource(several))).structure!.parts.every(({ complete }) => complete)).toBe(true);
  });

  it('tiles of the size that the header says', async () => {
    const report = await verify(memorySource(withCompression('tile_half_rgba_zip.exr', 14)));
    expect(report.structure!.parts[0]!.chunks).toBeGreaterThan(1);
    expect(report.structure!.parts[0]).toMatchObject({ complete: true });
  });
});
