import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createKernels } from '@exr/kernels';
import { describe, expect, it } from 'vitest';
import { decompressHtj2k } from './htj2k.ts';
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
});
