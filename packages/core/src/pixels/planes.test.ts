import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { codecFor } from '../compression/index.ts';
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
const lossless = (path: string) => !/dwa/.test(path);

describe.each(oracles.filter((oracle) => lossless(oracle.path)))('planes of $path', (oracle) => {
  it.each((oracle.parts ?? []).filter((part) => !part.deep && !part.error && part.levels))('part $index: every level and channel is what another implementation reads', async (part) => {
    const bytes = readFileSync(new URL(oracle.path, fixtures));
    const file = await openExr(memorySource(bytes, oracle.path));
    const { compression } = file.parts[part.index]!;
    try { codecFor(compression); } catch { return; }
    for (const { level, miplevel, channels } of part.levels!) {
      const [x, y] = level ?? [miplevel, miplevel];
      for (const [channel, want] of Object.entries(channels)) {
        const plane = await readPlane(file, { part: part.index, level: { x, y }, channel });
        expect(sha256(plane.data), `level ${x},${y} channel ${channel}`).toBe(want.sha256_f32);
        const rows = createHash('sha256');
        for await (const { data } of planeRows(file, { part: part.index, level: { x, y }, channel })) rows.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
        expect(rows.digest('hex'), `rows of level ${x},${y} channel ${channel}`).toBe(want.sha256_f32);
      }
    }
  });
});
