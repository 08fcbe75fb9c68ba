import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createKernels } from '@exr/kernels';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExrError } from '../errors.ts';
import { codecFor } from './index.ts';
import { planesOf, readSimpleFile, unpackGuarded } from './simple-file.spec-util.ts';

const fixtures = new URL('../../../../test-fixtures/', import.meta.url);
const names = readdirSync(fixtures).filter(
  (name) => /_(none|rle|zips?|pxr24|b44a?)\.exr$/.test(name) && !/^(deep|incomplete|multi)/.test(name),
);
const builds = [
  ['SIMD', createKernels({ simd: true })],
  ['scalar', createKernels({ simd: false })],
] as const;

describe.each(builds)('simple codecs, %s kernels', (_, kernels) => {
  it('have fixtures to stand on', () => expect(names.length).toBeGreaterThan(40));

  it.each(names)('%s: every plane of every level is the oracle’s', (name) => {
    const file = readSimpleFile(new URL(name, fixtures));
    const { decompress } = codecFor(file.compression);
    const oracle = JSON.parse(readFileSync(new URL(name.replace('.exr', '.expected.json'), fixtures), 'utf8'));
    let compared = 0;
    for (const { level, miplevel, channels } of oracle.parts[0].levels) {
      const planes = planesOf(
        file,
        (chunk) => unpackGuarded(kernels, decompress, chunk),
        (level ?? [miplevel, miplevel]).join(),
      );
      for (const [channel, expected] of Object.entries<{
        sha256_f32: string;
        exact?: boolean;
        count: number;
        min: number;
      }>(channels)) {
        const plane = planes.get(channel)!;
        const pixelType = file.channels.find((each) => each.name === channel)!.pixelType;
        expect(plane.length).toBe(expected.count);
        if (pixelType === 0 && !expected.exact) continue; // normalised uint
        const bytes = pixelType === 0 ? Uint32Array.from(plane) : plane;
        expect(createHash('sha256').update(bytes).digest('hex'), `${level ?? miplevel} ${channel}`).toBe(
          expected.sha256_f32,
        );
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(0);
  });

  it.each(names.filter((name) => /^(mixed_layers|yc|uint_half)/.test(name)))(
    '%s: a damaged chunk is an ExrError or some output, never written outside it',
    (name) => {
      const file = readSimpleFile(new URL(name, fixtures));
      const { decompress } = codecFor(file.compression);
      const { shape, packed: whole } = file.chunks[0]!;
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }),
          fc.nat(),
          fc.boolean(),
          (edits, keep, cut) => {
            const packed = whole.slice(0, cut ? keep % whole.length : whole.length);
            for (const [at, value] of edits) packed[at % packed.length] = value;
            try {
              unpackGuarded(kernels, decompress, { packed, shape });
            } catch (error) {
              expect(isExrError(error, 'CORRUPT_DATA'), String(error)).toBe(true);
            }
          },
        ),
        { numRuns: 60 },
      );
    },
  );
});
