import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createKernels } from '@exr/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExrError } from '../errors.ts';
import { decompressPiz } from './piz.ts';
import { planesOf, readSimpleFile, unpackGuarded } from './simple-file.spec-util.ts';

const fixtures = new URL('../../../../test-fixtures/', import.meta.url);
const names = readdirSync(fixtures).filter((name) => /piz\.exr$/.test(name) && !/incomplete/.test(name));

interface OracleLevel {
  readonly level?: readonly [number, number];
  readonly miplevel: number;
  readonly channels: Record<string, { sha256_f32: string; nan: number; exact?: boolean }>;
}
const builds = [['SIMD', createKernels({ simd: true })], ['scalar', createKernels({ simd: false })]] as const;

describe.each(builds)('PIZ, %s kernels', (_, kernels) => {
  it('has fixtures to stand on', () => expect(names.length).toBeGreaterThan(15));

  it.each(names)('%s: every plane of every level is the oracle’s', (name) => {
    const file = readSimpleFile(new URL(name, fixtures));
    const oracle = JSON.parse(readFileSync(new URL(name.replace('.exr', '.expected.json'), fixtures), 'utf8'));
    const levels = oracle.parts[0].levels.filter((level: OracleLevel) => level.channels);
    expect(levels.length).toBeGreaterThan(0);
    for (const { level, miplevel, channels } of levels as OracleLevel[]) {
      const planes = planesOf(file, (chunk) => unpackGuarded(kernels, decompressPiz, chunk), (level ?? [miplevel, miplevel]).join());
      for (const [channel, expected] of Object.entries(channels)) {
        const plane = planes.get(channel)!;
        // Where the oracle is not exact it holds normalised uint values, which cannot be told back.
        if (plane instanceof Uint32Array && !expected.exact) continue;
        // NaN payloads are not kept by float32 arithmetic in every engine: compare the hash where there are none, the count where there are.
        if (expected.nan > 0) expect(plane.filter((value) => Number.isNaN(value)).length).toBe(expected.nan);
        else expect(createHash('sha256').update(plane).digest('hex'), `${level ?? miplevel} ${channel}`).toBe(expected.sha256_f32);
      }
    }
  });

  it('turns a damaged chunk into an ExrError or some output, and never writes outside it', () => {
    const chunks = ['mixed_layers_piz.exr', 'yc_piz.exr', 'tile_half_rgba_piz.exr'].map((name) => {
      const chunk = readSimpleFile(new URL(name, fixtures)).chunks[0]!;
      return { shape: chunk.shape, packed: chunk.packed };
    });
    const damage = fc.record({
      chunk: fc.constantFrom(...chunks),
      flips: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), bit: fc.nat(7) }), { minLength: 0, maxLength: 4 }),
      // Most of what can lie is near the front: ranges, the code lengths, the counts.
      nearFront: fc.boolean(),
      keep: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
    });
    fc.assert(fc.property(damage, ({ chunk, flips, nearFront, keep }) => {
      const packed = chunk.packed.slice(0, Math.floor(chunk.packed.length * keep));
      for (const { at, bit } of flips) {
        const range = nearFront ? Math.min(64, packed.length) : packed.length;
        if (range > 0) packed[Math.min(range - 1, Math.floor(at * range))]! ^= 1 << bit;
      }
      try {
        unpackGuarded(kernels, decompressPiz, { packed, shape: chunk.shape });
      } catch (error) {
        expect(isExrError(error, 'CORRUPT_DATA'), String(error)).toBe(true);
      }
    }), { numRuns: 400 });
  });
});

describe('PIZ, what a chunk must not say', () => {
  const kernels = createKernels();
  const { shape, packed } = readSimpleFile(new URL('scan_half_rgba_piz.exr', fixtures)).chunks[0]!;
  const [first, last] = new Uint16Array(packed.slice(0, 4).buffer) as unknown as [number, number];
  const huffmanAt = 4 + last - first + 1;
  const changed = (at: number, value: number, size: 2 | 4 = 4): Uint8Array => {
    const copy = packed.slice();
    const view = new DataView(copy.buffer);
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    return copy;
  };
  it.each([
    ['a bitmap behind its last byte', changed(2, 8192, 2), /bitmap ends with byte 8192/],
    ['a bitmap beyond the chunk', changed(2, 8191, 2).slice(0, 100), /bitmap ends at byte/],
    ['a Huffman block beyond the chunk', changed(huffmanAt, packed.length), /Huffman block has/],
    ['a lowest symbol above the highest', changed(huffmanAt + 4, 65537), /symbols or length/],
    ['more symbols than there are', changed(huffmanAt + 8, 65537), /symbols or length/],
    ['more bits than bytes', changed(huffmanAt + 16, 0xffffffff), /symbols or length/],
    ['fewer bits than values need', changed(huffmanAt + 16, 100), /bits end before/],
    ['nothing', packed.slice(0, 3), /3 bytes/],
  ])('%s', (_, bytes, message) => {
    expect(() => unpackGuarded(kernels, decompressPiz, { packed: bytes, shape })).toThrow(message);
  });
});
