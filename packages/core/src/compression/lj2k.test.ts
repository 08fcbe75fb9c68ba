import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createKernels } from '@exr/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExrError } from '../errors.ts';
import { decompressHtj2k, decompressLj2k } from './htj2k.ts';
import { planesOf, readSimpleFile, unpackGuarded } from './simple-file.spec-util.ts';

const fixtures = new URL('../../../../test-fixtures/', import.meta.url);
const names = readdirSync(fixtures).filter((name) => /^lj2k_.*\.exr$/.test(name));
const builds = [['SIMD', createKernels({ simd: true })], ['scalar', createKernels({ simd: false })]] as const;

/** The first chunk of a fixture. */
const chunkOf = (name: string) => readSimpleFile(new URL(name, fixtures)).chunks[0]!;
/** The same chunk with other bytes at the place of a marker segment's `at`th byte behind the marker. */
function edited(name: string, marker: number, at: number, ...bytes: number[]) {
  const { shape, packed: whole } = chunkOf(name);
  const packed = whole.slice();
  const place = packed.findIndex((byte, i) => byte === marker >> 8 && packed[i + 1] === (marker & 0xff));
  packed.set(bytes, place + 2 + at);
  return { shape, packed };
}
const NLT = 0xff76, SIZ = 0xff51;

describe.each(builds)('LJ2K, %s kernels', (_, kernels) => {
  it('has fixtures to stand on', () => expect(names.length).toBeGreaterThan(5));

  // The oracle's hashes are those of plain float32 arithmetic (OpenJPH's scalar decoder).
  it.each(names)('%s: every plane is the oracle’s, to the bit', (name) => {
    const file = readSimpleFile(new URL(name, fixtures));
    const oracle = JSON.parse(readFileSync(new URL(name.replace('.exr', '.expected.json'), fixtures), 'utf8'));
    let lossy = 0;
    for (const { level, channels } of oracle.parts[0].levels) {
      const planes = planesOf(file, (chunk) => unpackGuarded(kernels, decompressLj2k, chunk), level.join());
      for (const [channel, expected] of Object.entries<{ sha256_f32: string; count: number; lossy?: boolean }>(channels)) {
        expect(planes.get(channel)!.length).toBe(expected.count);
        expect(createHash('sha256').update(planes.get(channel)!).digest('hex'), channel).toBe(expected.sha256_f32);
        if (expected.lossy) lossy++;
      }
    }
    expect(lossy).toBe(3);
  });

  it.each([
    ['an HTJ2K chunk that says HL', () => unpackGuarded(kernels, decompressHtj2k, chunkOf('lj2k_half.exr')), 'CORRUPT_DATA', /0x484c, expected 0x4854/],
    ['an HTJ2K chunk with the 9/7 wavelet', () => unpackGuarded(kernels, decompressHtj2k, chunkOf('lj2k_351_half.exr')), 'UNSUPPORTED_FEATURE', /9\/7 wavelet/],
    ['a curve in a chunk that says HT', () => {
      const { shape, packed } = chunkOf('lj2k_half.exr');
      return unpackGuarded(kernels, decompressLj2k, { shape, packed: Uint8Array.from(packed, (byte, i) => (i === 1 ? 0x54 : byte)) });
    }, 'CORRUPT_DATA', /says it has none/],
    ['no curve in a chunk that says HL', () => {
      const { shape, packed } = chunkOf('lj2k_351_half.exr');
      return unpackGuarded(kernels, decompressLj2k, { shape, packed: Uint8Array.from(packed, (byte, i) => (i === 1 ? 0x4c : byte)) });
    }, 'UNSUPPORTED_FEATURE', /without a curve/],
    ['a curve that falls', () => unpackGuarded(kernels, decompressLj2k, edited('lj2k_half.exr', NLT, 17, 0xff, 0xff)), 'CORRUPT_DATA', /curve falls/],
    ['a curve of one point', () => unpackGuarded(kernels, decompressLj2k, edited('lj2k_half.exr', NLT, 6, 0, 0)), 'CORRUPT_DATA', /curve of 1 points/],
    ['a curve with more points than bytes', () => unpackGuarded(kernels, decompressLj2k, edited('lj2k_half.exr', NLT, 6, 0x0f, 0xff)), 'CORRUPT_DATA', /bytes for 4096 points/],
    ['a curve between ends the wrong way round', () => unpackGuarded(kernels, decompressLj2k, edited('lj2k_half.exr', NLT, 8, 0xff, 0xff, 0xff, 0xff)), 'CORRUPT_DATA', /from 4294967295 to/],
    ['points of 33 bits', () => unpackGuarded(kernels, decompressLj2k, edited('lj2k_half.exr', NLT, 16, 33)), 'CORRUPT_DATA', /of 33 bits/],
    ['a curve of other bits than its component', () => unpackGuarded(kernels, decompressLj2k, edited('lj2k_half.exr', NLT, 4, 0x8e)), 'CORRUPT_DATA', /curve of 15 bits/],
    // Padded, but not to where OpenEXR pads: the width in SIZ.
    ['another width than the padded one', () => unpackGuarded(kernels, decompressLj2k, edited('lj2k_half.exr', SIZ, 4, 0, 0, 0, 64)), 'CORRUPT_DATA', /component 0 has 64 ×/],
  ])('refuses %s', (__, decode, code, message) => {
    expect(decode).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  it('channels that nobody wants are zero, the others the same', () => {
    const { shape, packed } = chunkOf('lj2k_layer_a_z_id.exr');
    const all = unpackGuarded(kernels, decompressLj2k, { shape, packed });
    const rgb = shape.channels.map(({ name }) => name.startsWith('diffuse.'));
    shape.channels.forEach((__, only) => {
      const some = unpackGuarded(kernels, decompressLj2k, { packed, shape: { ...shape, wanted: shape.channels.map((___, i) => i === only) } });
      let at = 0;
      for (let y = shape.yMin; y <= shape.yMax; y++) {
        shape.channels.forEach(({ width, bytesPerValue }, i) => {
          const row = some.subarray(at, (at += width * bytesPerValue));
          if (i === only || (rgb[i] && rgb[only])) expect(Buffer.from(row).equals(Buffer.from(all.subarray(at - row.length, at)))).toBe(true);
          else expect(row.every((byte) => byte === 0)).toBe(true);
        });
      }
    });
  });

  it('a damaged chunk is an ExrError or some output, never written outside it, and takes bounded memory', () => {
    const whole = names.map(chunkOf);
    let errors = 0;
    const edits = fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true }), fc.nat(255)), { maxLength: 6 });
    fc.assert(fc.property(fc.nat(whole.length - 1), edits, fc.boolean(), fc.double({ min: 0, max: 1 }), fc.boolean(), (index, changes, cut, keep, early) => {
      const { shape, packed: good } = whole[index]!;
      const packed = good.slice(0, cut ? Math.floor(keep * good.length) : good.length);
      const reach = early ? Math.min(packed.length, 300) : packed.length;
      for (const [at, value] of changes) packed[Math.floor(at * reach)] = value;
      const before = kernels.mark();
      try {
        unpackGuarded(kernels, decompressLj2k, { packed, shape });
      } catch (error) {
        errors++;
        expect(isExrError(error, 'CORRUPT_DATA') || isExrError(error, 'UNSUPPORTED_FEATURE'), String(error)).toBe(true);
      }
      expect(kernels.mark()).toBe(before);
    }), { numRuns: 300 });
    expect(errors).toBeGreaterThan(50);
    expect(kernels.held).toBeLessThan(8 * 2 ** 20);
  });
});
