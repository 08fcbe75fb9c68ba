import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createKernels } from '@exr/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExrError } from '../errors.ts';
import { decompressDwa } from './dwa.ts';
import { planesOf, readSimpleFile, shapeOf, unpackGuarded, type FileChunk } from './simple-file.spec-util.ts';

const fixtures = new URL('../../../../test-fixtures/', import.meta.url);
const builds = [['SIMD', createKernels({ simd: true })], ['scalar', createKernels({ simd: false })]] as const;
const open = (name: string) => readSimpleFile(new URL(name, fixtures));

/**
 * SHA-256 of the unpacked chunks of each fixture one after the other, as exr_decoding_run of OpenEXRCore 3.4.16 leaves them on x86-64 with AVX
 * and F16C. "all channels pLinear": the same file with the pLinear bytes of its channel list set to 1.
 */
const golden: Record<string, string> = JSON.parse(readFileSync(new URL('dwa/openexr-3.4.16.golden.json', import.meta.url), 'utf8'));

describe.each(builds)('DWA, %s kernels', (_, kernels) => {
  const hashOf = (chunks: readonly Pick<FileChunk, 'packed' | 'shape'>[]): string => {
    const hash = createHash('sha256');
    for (const chunk of chunks) hash.update(unpackGuarded(kernels, decompressDwa, chunk));
    return hash.digest('hex');
  };

  it.each(Object.keys(golden).filter((name) => name.endsWith('.exr')))('%s: the bytes are OpenEXR’s', (name) => {
    const { chunks } = open(name);
    expect(chunks.length).toBeGreaterThan(0);
    expect(hashOf(chunks)).toBe(golden[name]);
  });

  it('leaves out the table for lone channels that are linear in themselves', () => {
    const chunks = open('yc_dwaa.exr').chunks.map(({ packed, shape }) => {
      const channels = shape.channels.map((channel) => ({ ...channel, pLinear: true }));
      return { packed, shape: shapeOf(channels, [shape.xMin, shape.yMin, shape.xMax, shape.yMax]) };
    });
    expect(hashOf(chunks)).toBe(golden['yc_dwaa.exr, all channels pLinear']);
  });

  it('reads chunks of versions 0 and 1, which have no rules, by the legacy ones', () => {
    for (const version of [0, 1]) {
      const chunks = open('scan_half_rgba_dwaa.exr').chunks.map(({ packed, shape }) => {
        if (packed.length === shape.unpackedBytes) return { packed, shape }; // stored raw
        const rules = packed[88]! | (packed[89]! << 8);
        const old = Uint8Array.of(...packed.subarray(0, 88), ...packed.subarray(88 + rules));
        old[0] = version;
        // They ignore case and know other spellings.
        const spelled: Record<string, string> = { A: 'a', B: 'Blue', G: 'GRN', R: 'red' };
        return { packed: old, shape: { ...shape, channels: shape.channels.map((channel) => ({ ...channel, name: spelled[channel.name]! })) } };
      });
      expect(hashOf(chunks)).toBe(golden['scan_half_rgba_dwaa.exr']);
    }
  });

  it('turns NaN and infinities into what the oracle counts', () => {
    const { parts: [{ levels: [{ channels }] }] } = JSON.parse(readFileSync(new URL('half_naninf_dwaa.expected.json', fixtures), 'utf8'));
    const planes = planesOf(open('half_naninf_dwaa.exr'), (chunk) => unpackGuarded(kernels, decompressDwa, chunk));
    for (const [name, { nan, inf }] of Object.entries<{ nan: number; inf: number }>(channels)) {
      const values = [...planes.get(name)!];
      expect([values.filter(Number.isNaN).length, values.filter((value) => Math.abs(value) === Infinity).length], name).toEqual([nan, inf]);
    }
  });

  it('has the reference’s table from encoded to linear in all 65,536 entries', () => {
    const table = kernels.bytes(kernels.call['dwaLinearTable']!(), 131072);
    // Of internal_dwa_table_init.c's dwa_convertToLinear, computed with glibc 2.42's powf and Imath 3.2.3.
    expect(createHash('sha256').update(table).digest('hex')).toBe('72e80880a49b9428073cf87e2b181a6da74cfac9f8f7f4c6e459f0ac1f0225a5');
  });

  it('turns a damaged chunk into CORRUPT_DATA or some output, and never writes outside it', () => {
    const chunks = ['mixed_layers_dwaa.exr', 'yc_dwab.exr', 'tile_half_rgba_dwaa.exr', 'uint_half_float_dwaa.exr'].map((name) => open(name).chunks[0]!);
    const damage = fc.record({
      chunk: fc.constantFrom(...chunks),
      flips: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), bit: fc.nat(7) }), { minLength: 1, maxLength: 4 }),
      // The header's numbers and the rules lie best.
      range: fc.constantFrom(96, 200, Infinity),
      keep: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
    });
    fc.assert(fc.property(damage, ({ chunk, flips, range, keep }) => {
      const packed = chunk.packed.slice(0, Math.floor(chunk.packed.length * keep));
      const reach = Math.min(range, packed.length);
      for (const { at, bit } of flips) if (reach > 0) packed[Math.min(reach - 1, Math.floor(at * reach))]! ^= 1 << bit;
      try {
        unpackGuarded(kernels, decompressDwa, { packed, shape: chunk.shape });
      } catch (error) {
        expect(isExrError(error, 'CORRUPT_DATA'), String(error)).toBe(true);
      }
    }), { numRuns: 400 });
  });
});

describe('DWA, what a chunk must not say', () => {
  const kernels = createKernels();
  const { shape, packed } = open('scan_half_rgba_dwaa.exr').chunks[0]!;
  const changed = (index: number, change: (old: bigint) => bigint): Uint8Array => {
    const copy = packed.slice();
    const view = new DataView(copy.buffer);
    view.setBigUint64(index * 8, change(view.getBigUint64(index * 8, true)), true);
    return copy;
  };
  it.each([
    ['less than a header', packed.slice(0, 87), /87 bytes, the header needs 88/],
    ['a version from the future', changed(0, () => 3n), /version is 3/],
    ['a size beyond memory', changed(2, () => 1n << 40n), /number 2 of its header/],
    ['sections beyond its end', changed(5, (old) => old + 1n), /sections end at byte/],
    ['other channels that it does not have', changed(1, () => 2n), /other channels have 2 bytes, expected 0/],
    ['too few DC values', changed(9, (old) => old - 1n), /DC values/],
    ['more AC values than blocks hold', changed(8, () => 1n << 31n), /AC values for/],
    ['fewer AC values than blocks need', changed(8, (old) => old - 1n), /Huffman block|AC values/],
    ['less alpha than pixels', changed(7, (old) => old - 1n), /run lengths make/],
    ['run lengths without bound', changed(6, () => 0xffffffffn), /run lengths have/],
    ['an unknown AC compression', changed(10, () => 2n), /AC compression is 2/],
    ['rules beyond its end', Uint8Array.of(...packed.subarray(0, 88), 0xff, 0xff, ...packed.subarray(90)), /channel rules have 65535/],
  ])('%s', (_, bytes, message) => {
    expect(() => unpackGuarded(kernels, decompressDwa, { packed: bytes, shape })).toThrow(message);
  });
});
