import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { openExr } from '../header/index.ts';
import { planeRows, readPlane } from './index.ts';

const fixtures = new URL('../../../../test-fixtures/', import.meta.url);

interface Oracle {
  path: string;
  error?: string;
  parts?: {
    index: number; deep: boolean; error?: string; incomplete?: boolean;
    levels?: { level?: [number, number]; miplevel: number; width: number; height: number; channels: Record<string, { sha256_f32: string; exact?: boolean }> }[];
  }[];
}

const oracles = readdirSync(fixtures)
  .filter((name) => name.endsWith('.expected.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, fixtures), 'utf8')) as Oracle);

function sha256(data: ArrayBufferView): string {
  return createHash('sha256').update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).digest('hex');
}

/** DWA decoders differ in the last bit of a half: compression/ compares them with a tolerance. */
const cases = oracles
  .filter(({ path }) => !/dwa/.test(path))
  .flatMap(({ path, parts = [] }) => parts.filter((part) => !part.deep && !part.error).flatMap(({ index, levels = [] }) => levels.map((level) => ({ path, part: index, ...level }))));

describe('planes are what another implementation reads', () => {
  it('of the fixtures, all of them', () => expect(cases.length).toBeGreaterThan(300));

  it.each(cases)('$path part $part level $level', async ({ path, part, level, miplevel, channels }) => {
    const file = await openExr(memorySource(readFileSync(new URL(path, fixtures)), path));
    const [x, y] = level ?? [miplevel, miplevel];
    for (const [channel, want] of Object.entries(channels)) {
      const options = { part, level: { x, y }, channel };
      const plane = await readPlane(file, options);
      expect(sha256(plane.data), channel).toBe(want.sha256_f32);
      const rows = createHash('sha256');
      let next = 0;
      for await (const band of planeRows(file, options)) {
        expect([band.row, band.width]).toEqual([next, plane.width]);
        next += band.rows;
        rows.update(new Uint8Array(band.data.buffer, band.data.byteOffset, band.data.byteLength));
      }
      expect(rows.digest('hex'), `rows of ${channel}`).toBe(want.sha256_f32);
    }
  });
});
