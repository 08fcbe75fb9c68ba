/** The two stores hold the same files and give the same answers, whatever is asked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sample } from '../contract.spec-util.ts';
import { openStore } from '../index.ts';
import type { InspectedFile } from '../rows.ts';
import type { ExrQuery, ExrRow, ExrStore } from '../types.ts';
import { compareText, globPattern, likePattern } from './text.ts';
import { Bench } from './vast.spec-util.ts';

const folder = mkdtempSync(join(tmpdir(), 'exr-same-'));
let bench: Bench;
let stores: ExrStore[];
beforeAll(async () => {
  bench = await Bench.start();
  stores = [openStore(join(folder, 'same.duckdb')), bench.store(bench.target())];
  for (const store of stores) await store.put(POPULATION);
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

const CODECS = ['none', 'zip', 'dwaa', 'piz'];
const POPULATION: InspectedFile[] = Array.from({ length: 60 }, (_, i) => {
  const name = ['beauty', 'Zoë', 'ÄRGER', 'a_b%c', '😀', '～'][i % 6]!;
  const file = sample({
    name, frame: 1001 + Math.floor(i / 6) * (i % 4 === 0 ? 2 : 1), codec: CODECS[i % 4]!, width: 1000 + 500 * (i % 7), channels: i % 5 ? ['R', 'G', 'B', 'A', ...(i % 3 ? [] : ['crypto_object00.r'])] : ['Y', 'depth.Z'],
    software: i % 4 ? `Arnold 7.${i % 3}` : i % 8 ? null : 'Nuke 14.0v5', colorSpace: i % 3 ? 'ACEScg' : null, size: 1000 * i, mtime: `2026-0${1 + (i % 6)}-01T00:00:00.000Z`, unreadable: i % 19 === 7,
    attributes: { owner: ['Zoë', "O'Brien", 'zoë', 'ß'][i % 4]!, ...(i % 2 ? { take: i } : {}) }, bucket: i % 11 === 3 ? 'renders' : null, folder: i % 2 ? '/jobs/abc' : '/jobs/ABC/x', observedAt: '2026-06-01T00:00:00.000Z',
  });
  const [part] = file.report.parts;
  return part ? { ...file, report: { ...file.report, parts: [{ ...part, pixel_aspect_ratio: i % 9 === 0 ? 'NaN' : i % 9 === 1 ? 'Infinity' : 1 + (i % 3) / 2 }, ...(i % 10 === 4 ? [{ ...part, index: 1, width: 64, compression: 'rle', name: 'second' }] : [])] } } : file;
});

async function answers(query: ExrQuery): Promise<[ExrRow[], ExrRow[]]> {
  return (await Promise.all(stores.map(async (store) => {
    const rows: ExrRow[] = [];
    for await (const row of store.query(query)) rows.push(row);
    return rows;
  }))) as [ExrRow[], ExrRow[]];
}
async function same(query: ExrQuery): Promise<number> {
  const [duck, vast] = await answers(query);
  // Rows of one path stand in any order.
  const sorted = (rows: readonly ExrRow[]): ExrRow[] => rows.toSorted((a, b) => (a.file_id < b.file_id ? -1 : 1));
  expect(sorted(vast), JSON.stringify(query)).toEqual(sorted(duck));
  expect(vast.map(({ path }) => path), JSON.stringify(query)).toEqual(duck.map(({ path }) => path));
  return vast.length;
}

describe('find', () => {
  it.each<[ExrQuery, 'some' | 'none']>([
    [{}, 'some'], [{ collapse: true }, 'some'], [{ limit: 7 }, 'some'], [{ limit: 0 }, 'none'],
    [{ where: "file_name like 'a\\_b\\%%'" }, 'some'], [{ where: "name ilike 'ärger%'" }, 'some'], [{ where: "name like 'ärger%'" }, 'none'], [{ where: "aspect like '1.%'" }, 'some'], [{ where: "width like '2___'" }, 'some'], [{ where: "deep like 'f%'" }, 'some'],
    [{ where: 'aspect > 1' }, 'some'], [{ where: 'aspect = 1.5' }, 'some'], [{ where: 'not (aspect <= 100)' }, 'some'], [{ where: "file_name > '～'" }, 'some'], [{ where: "file_name between 'Z' and 'a'" }, 'some'], [{ where: "file_name between 'b' and 'Z'" }, 'none'], [{ where: "file_name >= 'Z' and file_name < 'Zz'" }, 'some'],
    [{ where: "codec = rle and part_name = second" }, 'some'], [{ where: "codec = rle and width > 64" }, 'none'], [{ where: "codec in (rle, piz) or codec = none" }, 'some'], [{ where: 'codec = zip or width > 3000' }, 'some'], [{ where: 'color_space is null' }, 'some'],
    [{ where: "attribute('owner') = 'zoë'" }, 'some'], [{ where: "attribute('owner') ilike 'ZO_'" }, 'some'], [{ where: "attribute('take') in (1, 3, 5)" }, 'some'], [{ where: "attribute('take') > '3'" }, 'some'], [{ where: "attribute('take') is null and codec = none" }, 'some'],
    [{ where: "not attribute('take') > 20 and (width > 1000 or attribute('owner') like '%''%')" }, 'some'], [{ where: "status = 'error'" }, 'some'], [{ where: 'size >= 10KB and size < 20.5kB' }, 'some'], [{ where: 'frame > 1004.5' }, 'some'], [{ where: 'width > 9999999999' }, 'none'],
    [{ channels: ['CRYPTO*', 'r'] }, 'some'], [{ missingChannels: ['?'] }, 'some'], [{ channels: ['*.z'], missingChannels: ['R'] }, 'some'], [{ attributes: [{ name: 'owner', value: 'O?Brien' }, { name: 'take' }] }, 'some'], [{ attributes: [{ name: 'Owner' }] }, 'none'],
    [{ software: 'nuke' }, 'some'], [{ software: 'Arnold*1' }, 'some'], [{ colorSpace: 'acescg', since: '2026-04-01T00:00:00.000Z' }, 'some'], [{ under: '/jobs/abc/' }, 'some'], [{ bucket: 'renders' }, 'some'], [{ under: '/jobs/ABC', collapse: true }, 'some'], [{ where: 'bucket = renders' }, 'some'],
  ])('%j', async (query, what) => {
    const found = await same(query);
    if (what === 'some') expect(found).toBeGreaterThan(0);
    else expect(found).toBe(0);
  });

  it('whatever is typed', async () => {
    const column = fc.constantFrom('width', 'codec', 'aspect', 'size', 'file_name', 'color_space', 'software', 'frame', 'bucket', 'part_name', "attribute('owner')", "attribute('take')", 'mtime', 'files.is_deep');
    const leaf = fc.oneof(
      fc.tuple(column, fc.constantFrom('=', '!=', '<', '<=', '>', '>='), fc.constantFrom('1500', '2', "'zip'", "'Zoë'", '1.5', "'2026-03-01T00:00:00.000Z'", 'true', '7')).map(([a, b, c]) => `${a} ${b} ${c}`),
      fc.tuple(column, fc.constantFrom("like '%1%'", "ilike '%Z%'", "not like '_i%'", 'is null', 'is not null', "in ('zip', 'dwaa')", 'in (1500, 2000, 7)', "between 'a' and 'z'", 'between 1 and 2000')).map(([a, b]) => `${a} ${b}`),
    );
    const tree = fc.letrec<{ node: string }>((tie) => ({ node: fc.oneof({ depthSize: 'small' }, leaf, fc.tuple(tie('node'), fc.constantFrom('and', 'or'), tie('node')).map(([a, op, b]) => `(${a} ${op} ${b})`), tie('node').map((a) => `not (${a})`)) })).node;
    let refused = 0;
    await fc.assert(fc.asyncProperty(tree, async (where) => {
      const [duck, vast] = await Promise.allSettled(stores.map(async (store) => {
        const ids: string[] = [];
        for await (const row of store.query({ where })) ids.push(row.file_id);
        return ids.sort();
      }));
      if (duck!.status === 'rejected') {
        refused++;
        expect(vast, where).toMatchObject({ status: 'rejected', reason: { code: 'INVALID_ARGUMENT' } });
      } else expect(vast, where).toEqual(duck);
    }), { numRuns: 60, seed: 6 });
    expect(refused).toBeLessThan(55);
  }, 60_000);
});

describe('similar and known', () => {
  it.each([{ by: 'metadata' }, { by: 'channels' }, { collapse: false }, { where: 'codec = piz' }, { limit: 3, channels: ['Y'] }] as const)('%j', async (options) => {
    const [duck, vast] = await Promise.all(stores.map((store) => store.similar({ to: sample({ codec: 'piz', width: 1500 }).report, limit: 20, ...options })));
    // Frames that are alike to the last digit stand in any order: DuckDB computes in 32 bits.
    expect(vast!.map(({ similarity }) => similarity.toFixed(4))).toEqual(duck!.map(({ similarity }) => similarity.toFixed(4)));
    const reasons = new Map(duck!.map((match) => [match.row.file_id, match]));
    let both = 0;
    for (const match of vast!) {
      const other = reasons.get(match.row.file_id);
      if (!other) continue;
      both++;
      expect([match.row, match.together, match.apart]).toEqual([other.row, other.together, other.apart]);
    }
    expect(both).toBeGreaterThan(0);
  });

  it.each([null, { bucket: null, path: '/jobs/abc' }, { bucket: 'renders', path: '' }, { bucket: null, path: '/' }])('known below %j', async (under) => {
    const [duck, vast] = await Promise.all(stores.map(async (store) => (await store.known(under)).toSorted((a, b) => (a.fileId < b.fileId ? -1 : 1))));
    expect(vast).toEqual(duck);
    expect(vast!.length).toBeGreaterThan(0);
  });

  it('asks the query engine where there is one, and ranks here when its answer does not settle it', async () => {
    const asked: string[] = [];
    const { vectorFromArray, Table, Utf8, Float64 } = await import('apache-arrow');
    const other = await Bench.start({ sql: (statement) => {
      asked.push(statement);
      return new Table({ file_id: vectorFromArray(known.slice(0, 2), new Utf8()), bucket: vectorFromArray([null, null], new Utf8()), file_path: vectorFromArray(['/a.exr', '/b.exr'], new Utf8()), distance: vectorFromArray([0.25, 0.5], new Float64()) }) as never;
    } });
    const target = other.target();
    const store = other.store(target, { queryEngine: true });
    await store.put(POPULATION.slice(0, 12));
    const known = (await store.known(null)).filter(({ embeddingVersion }) => embeddingVersion !== null).map(({ fileId }) => fileId);
    const matches = await store.similar({ to: sample().report, limit: 10 });
    expect(matches.map(({ row, similarity }) => [row.file_id, similarity])).toEqual([[known[0], 0.75], [known[1], 0.5]]);
    expect(asked[0]).toMatch(/array_cosine_distance\(metadata_embedding::FLOAT\[384\], ARRAY\[.*\]::FLOAT\[384\]\) AS distance FROM "exr\/s0"\.files WHERE .* ORDER BY distance, file_id LIMIT 641$/);
    expect((await store.similar({ to: sample().report, limit: 3, where: 'codec = zip' })).length).toBeGreaterThan(0);
    expect(asked).toHaveLength(1);
    const plain = bench.store(bench.target(), { queryEngine: true });
    await plain.put(POPULATION.slice(0, 3));
    expect(await plain.similar({ to: sample().report })).not.toHaveLength(0);
    await Promise.all([store.close(), plain.close()]);
    await other.close();
  });
});

describe('text', () => {
  it('is ordered as its UTF-8 bytes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => Math.sign(compareText(a, b)) === Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });
  it('patterns take no longer than pattern × text', () => {
    const started = performance.now();
    expect(globPattern('*a'.repeat(60) + 'b')('a'.repeat(20_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(() => globPattern('*a'.repeat(65))).toThrow(/65 wildcards/);
    expect(likePattern('a\\%_%', false)('a%😀')).toBe(true);
    expect(() => likePattern('a\\', false)).toThrow(/escape/);
  });
});
