import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createKernels } from '@exr/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExrError } from '../errors.ts';
import { decompressHtj2k } from './htj2k.ts';
import { samplesOf, streamChunk, streams } from './htj2k/openjph.spec-util.ts';
import { planesOf, readSimpleFile, unpackGuarded } from './simple-file.spec-util.ts';

const fixtures = new URL('../../../../test-fixtures/', import.meta.url);
const names = readdirSync(fixtures).filter((name) => /_htj2k\d+\.exr$/.test(name));
const builds = [['SIMD', createKernels({ simd: true })], ['scalar', createKernels({ simd: false })]] as const;

describe.each(builds)('HTJ2K, %s kernels', (_, kernels) => {
  it('has fixtures to stand on', () => expect(names.length).toBeGreaterThan(16));

  it.each(names)('%s: every plane of every level is the oracle’s', (name) => {
    const file = readSimpleFile(new URL(name, fixtures));
    const oracle = JSON.parse(readFileSync(new URL(name.replace('.exr', '.expected.json'), fixtures), 'utf8'));
    let compared = 0;
    for (const { level, miplevel, channels } of oracle.parts[0].levels) {
      const planes = planesOf(file, (chunk) => unpackGuarded(kernels, decompressHtj2k, chunk), (level ?? [miplevel, miplevel]).join());
      for (const [channel, expected] of Object.entries<{ sha256_f32: string; exact?: boolean; count: number }>(channels)) {
        const plane = planes.get(channel)!;
        expect(plane.length).toBe(expected.count);
        if (plane instanceof Uint32Array && !expected.exact) continue; // normalised uint
        expect(createHash('sha256').update(plane).digest('hex'), `${level ?? miplevel} ${channel}`).toBe(expected.sha256_f32);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(0);
  });

  it.each(streams.map((stream) => [stream.name, stream] as const))('OpenJPH’s codestream, %s: its samples', (__, stream) => {
    const unpacked = unpackGuarded(kernels, decompressHtj2k, streamChunk(stream));
    expect(Buffer.from(unpacked).equals(Buffer.from(samplesOf(stream)))).toBe(true);
  });

  it('channels that nobody wants are zero, the others the same; the three of a colour transform come together', () => {
    const { shape, packed } = readSimpleFile(new URL('mixed_layers_htj2k256.exr', fixtures)).chunks[0]!;
    const all = unpackGuarded(kernels, decompressHtj2k, { shape, packed });
    const rgb = shape.channels.map(({ name }) => /^[RGB]$/.test(name));
    expect(rgb.filter(Boolean)).toHaveLength(3);
    shape.channels.forEach((_, only) => {
      const wanted = shape.channels.map((__, i) => i === only);
      const some = unpackGuarded(kernels, decompressHtj2k, { packed, shape: { ...shape, wanted } });
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
    const whole = [
      ...['uint_half_float_htj2k32.exr', 'scan_half_rgba_htj2k256.exr', 'yc_htj2k32.exr', 'float_naninf_htj2k32.exr'].map((name) => readSimpleFile(new URL(name, fixtures)).chunks[0]!),
      ...streams.filter(({ name }) => /precincts|tiles|tile-parts|4 × 4/.test(name)).map(streamChunk),
    ];
    let errors = 0;
    const edits = fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true }), fc.nat(255)), { maxLength: 6 });
    fc.assert(fc.property(fc.nat(whole.length - 1), edits, fc.boolean(), fc.double({ min: 0, max: 1 }), fc.boolean(), (index, changes, cut, keep, early) => {
      const { shape, packed: good } = whole[index]!;
      const packed = good.slice(0, cut ? Math.floor(keep * good.length) : good.length);
      // Half of them in the headers, where most can go wrong.
      const reach = early ? Math.min(packed.length, 300) : packed.length;
      for (const [at, value] of changes) packed[Math.floor(at * reach)] = value;
      const before = kernels.mark();
      try {
        unpackGuarded(kernels, decompressHtj2k, { packed, shape });
      } catch (error) {
        errors++;
        expect(isExrError(error, 'CORRUPT_DATA') || isExrError(error, 'UNSUPPORTED_FEATURE'), String(error)).toBe(true);
      }
      expect(kernels.mark()).toBe(before);
    }), { numRuns: 400 });
    expect(errors).toBeGreaterThan(100);
    // The largest of these chunks needs well below a megabyte.
    expect(kernels.held).toBeLessThan(8 * 2 ** 20);
  });
});
