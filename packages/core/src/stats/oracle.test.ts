/**
 * Every fixture's statistics against its x.expected.json, written by OpenImageIO 3.1 over OpenEXR 3.4; the corpus too
 * when EXR_CORPUS names it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../bytes/index.ts';
import { openExr } from '../header/index.ts';
import { computeStats, type ChannelStats } from './index.ts';

interface OracleChannel {
  count: number;
  nan: number;
  inf: number;
  min: number | null;
  max: number | null;
  mean: number | null;
  stddev: number | null;
  exact?: boolean;
}
interface OraclePart {
  index: number;
  deep: boolean;
  incomplete?: boolean;
  error?: string;
  levels?: { level?: [number, number]; miplevel?: number; channels: Record<string, OracleChannel> }[];
  channels?: Record<string, OracleChannel>;
  deepSamples?: { total: number; max: number; emptyPixels: number };
}
interface Oracle {
  path: string;
  error?: string;
  parts: OraclePart[];
  missing?: unknown;
}

const fixtures = join(dirname(fileURLToPath(import.meta.url)), '../../../../test-fixtures');
const rows = readdirSync(fixtures)
  .filter((name) => name.endsWith('.expected.json'))
  .map((name) => ({ root: fixtures, row: JSON.parse(readFileSync(join(fixtures, name), 'utf8')) as Oracle }));
const corpus = process.env['EXR_CORPUS'];
if (corpus && existsSync(join(corpus, 'oracle.jsonl'))) {
  for (const line of readFileSync(join(corpus, 'oracle.jsonl'), 'utf8').trim().split('\n'))
    rows.push({ root: corpus, row: JSON.parse(line) as Oracle });
}

/**
 * The tolerances of the acceptance check: relative to the greatest magnitude; DWA decoders may differ in a half's last
 * bit.
 */
function expectNear(got: ChannelStats, want: OracleChannel, lossy: boolean, where: string): void {
  expect([got.count, got.nan, got.pos_inf + got.neg_inf], `${where} count, nan, inf`).toEqual([
    want.count,
    want.nan,
    want.inf,
  ]);
  const scale = Math.max(Math.abs(want.min ?? 0), Math.abs(want.max ?? 0), 1e-30);
  for (const key of ['min', 'max', 'mean', 'stddev'] as const) {
    const [a, b] = [got[key] as number | null, want[key]];
    const near = a === b || (a !== null && b !== null && Math.abs(a - b) <= (lossy ? 2e-3 : 1e-9) * scale);
    expect(near, `${where} ${key}: ${a} expected ${b}`).toBe(true);
  }
}

// The oracle's reader saw another picture in this one: 392 × 16 RGB of what is 784 × 734 Y, RY, BY.
const MISREAD = 'generated/yc_htj2k32.exr';

describe('statistics of the fixtures', () => {
  it('has fixtures to look at', () => expect(rows.length).toBeGreaterThan(100));

  it.each(rows.filter(({ row }) => !row.error && row.path !== MISREAD))('$row.path', async ({ root, row }) => {
    const file = await openExr(memorySource(new Uint8Array(readFileSync(join(root, row.path))), row.path));
    const stats = await computeStats(file, { deep: true, threads: 1 });
    for (const want of row.parts.filter((part) => !part.error)) {
      const got = stats.parts.find((part) => part.index === want.index)!;
      if (want.incomplete) expect(got.partial).toBe(true);
      if (want.deepSamples) {
        expect(got.deep).toMatchObject({
          total_samples: want.deepSamples.total,
          max_samples: want.deepSamples.max,
          empty_pixels: want.deepSamples.emptyPixels,
        });
      }
      const wanted = want.deep ? want.channels : want.levels?.[0]?.channels;
      if (!wanted) continue;
      const part = file.parts[want.index]!;
      expect(got.skipped).toEqual([]);
      expect(got.channels.map((channel) => channel.name).sort()).toEqual(Object.keys(wanted).sort());
      for (const channel of got.channels) {
        const oracle = wanted[channel.name]!;
        const type = part.channels.find((each) => each.name === channel.name)!.pixelType;
        if (type === 'uint' && !oracle.exact) continue; // OpenImageIO's lines normalise uint
        expectNear(channel, oracle, /^dwa/.test(String(part.compression)), `part ${want.index} ${channel.name}`);
      }
    }
  });
});

describe('statistics of other levels', () => {
  const levelled = rows.filter(({ row }) => (row.parts?.[0]?.levels?.length ?? 0) > 1);
  it.each(levelled)('$row.path', async ({ root, row }) => {
    const file = await openExr(memorySource(new Uint8Array(readFileSync(join(root, row.path))), row.path));
    for (const part of row.parts) {
      for (const { level, miplevel, channels } of part.levels ?? []) {
        const [x, y] = level ?? [miplevel!, miplevel!];
        const stats = await computeStats(file, { parts: [part.index], level: { x, y }, threads: 1 });
        for (const channel of stats.parts[0]!.channels) {
          const type = file.parts[part.index]!.channels.find((each) => each.name === channel.name)!.pixelType;
          if (type === 'uint' && !channels[channel.name]!.exact) continue;
          expectNear(
            channel,
            channels[channel.name]!,
            /^dwa/.test(String(file.parts[part.index]!.compression)),
            `level ${x},${y} ${channel.name}`,
          );
        }
      }
    }
  });
});
