import { createHash } from 'node:crypto';
import { createKernels } from '@exr/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompressB44 } from './b44.ts';
import { planesOf, readSimpleFile, shapeOf, unpackGuarded, type FileChannel } from './simple-file.spec-util.ts';

const half = (name: string, pLinear = false): FileChannel => ({
  name,
  pixelType: 1,
  xSampling: 1,
  ySampling: 1,
  pLinear,
});

/** A block as OpenEXRCore's internal_b44.c describes it, one value at a time. */
function blockOf(b: Uint8Array): number[] {
  const value = (ordered: number): number => (ordered & 0x8000 ? ordered & 0x7fff : ~ordered) & 0xffff;
  const first = (b[0]! << 8) | b[1]!;
  if (b[2]! >= 52) return Array<number>(16).fill(value(first));
  const bits = [...b.subarray(2, 14)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const fields = Array.from({ length: 16 }, (_, i) => parseInt(bits.slice(6 * i, 6 * i + 6), 2));
  const step = fields.slice(1).map((field) => (field - 32) * 2 ** fields[0]!);
  const s: number[] = [first];
  // Down the first column, then each column from the one to its left.
  for (let row = 1; row < 4; row++) s[4 * row] = s[4 * row - 4]! + step[row - 1]!;
  for (let column = 1; column < 4; column++)
    for (let row = 0; row < 4; row++) s[4 * row + column] = s[4 * row + column - 1]! + step[4 * column - 1 + row]!;
  return s.map((each) => value(each & 0xffff));
}

describe.each([true, false])('B44, simd %s', (simd) => {
  const kernels = createKernels({ simd });

  it('unpacks any blocks, flat ones too, in chunks of any size', () => {
    const chunk = fc.record({
      width: fc.integer({ min: 1, max: 23 }),
      height: fc.integer({ min: 1, max: 13 }),
      bytes: fc.infiniteStream(fc.nat(255)),
      flat: fc.infiniteStream(fc.boolean()),
    });
    fc.assert(
      fc.property(chunk, ({ width, height, bytes, flat }) => {
        const packed: number[] = [];
        const expected = new Uint16Array(width * height);
        for (let y = 0; y < height; y += 4) {
          for (let x = 0; x < width; x += 4) {
            const isFlat = flat.next().value!;
            const block = Uint8Array.from({ length: isFlat ? 3 : 14 }, () => bytes.next().value!);
            block[2] = isFlat ? block[2]! | 0xfc : block[2]! % 52;
            packed.push(...block);
            blockOf(block).forEach((value, i) => {
              const [column, row] = [x + (i % 4), y + (i >> 2)];
              if (column < width && row < height) expected[row * width + column] = value;
            });
          }
        }
        if (packed.length === expected.byteLength) return; // stored raw in a file
        const shape = shapeOf([half('Y')], [3, 7, 2 + width, 6 + height]);
        const found = unpackGuarded(kernels, decompressB44, { packed: Uint8Array.from(packed), shape });
        expect(new Uint16Array(found.buffer)).toEqual(expected);
        if (packed.length - 1 === expected.byteLength) return;
        expect(() =>
          unpackGuarded(kernels, decompressB44, { packed: Uint8Array.from(packed.slice(0, -1)), shape }),
        ).toThrow(expect.objectContaining({ code: 'CORRUPT_DATA' }));
      }),
      { numRuns: 150 },
    );
  });

  it('maps pLinear channels through the table that glibc and OpenEXR make', () => {
    const table = kernels.bytes(kernels.call['b44LogTable']!(), 131072);
    // sha256 of the 65,536 halves `8 * logf(x)` of internal_b44_table_init.c compiled with gcc 12 and glibc 2.36.
    expect(createHash('sha256').update(table).digest('hex')).toBe(
      '92de2787a44544c6e4d54f942f38cf50453b342f179189dbaeb514743fc9109f',
    );
  });

  it('decodes pLinear channels as OpenEXR 3.4.16 does', () => {
    const file = readSimpleFile(new URL('../../../../test-fixtures/scan_half_rgba_b44.exr', import.meta.url));
    const channels = file.channels.map((channel) => ({ ...channel, pLinear: true }));
    const chunks = file.chunks.map((chunk) => ({
      ...chunk,
      shape: { ...chunk.shape, channels: chunk.shape.channels.map((channel) => ({ ...channel, pLinear: true })) },
    }));
    const planes = planesOf({ ...file, channels, chunks }, (chunk) => unpackGuarded(kernels, decompressB44, chunk));
    // OpenImageIO 3.1.18 over OpenEXR 3.4.16, of the same file with the pLinear bytes of its header set: sha256 of
    // float32 planes.
    const hash = (name: string) => createHash('sha256').update(planes.get(name)!).digest('hex');
    expect({ R: hash('R'), G: hash('G'), B: hash('B'), A: hash('A') }).toEqual({
      R: 'a0e149a61e603c17c742f8ad315023d64de48c299463946586762b215cbe93a7',
      G: '7df4073f6fe99d4f82d1fd8a37b84909caa3f671d5f85ac1c839f458fe0c9b8c',
      B: '30cf210dd48cbdf8316e976f54cbc25c0ee48c0a55a6f7385ee745fda7ba80e2',
      A: 'd27e199d13c78e73b4a711a400b3e47caa2cd579d3e0417f53d56818176db92e',
    });
  });
});
