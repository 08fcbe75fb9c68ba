/**
 * What a cluster's owner runs once to see that a real cluster does what the store relies on. In a scratch schema of its own, which goes again; no other
 * schema is touched. Each step says what it found and how long it took; a step that fails does not stop the others unless they need it.
 */
import type { Database } from '@exr/vastdb';
import type { ExrReport } from '../../report/index.ts';
import { TABLES } from '../columns.ts';
import { fileIdOf } from '../identity.ts';
import { rowsOf, type InspectedFile } from '../rows.ts';
import type { ExrRow } from '../types.ts';
import { CELL_BYTES } from '../cut.ts';
import { connectTo, vastdb, type ConnectionOptions, type VastDb } from './client.ts';
import type { VastTarget } from './location.ts';
import { wireColumns } from './tables.ts';
import { VastStore } from './vast-store.ts';

export interface SmokeStep {
  readonly name: string;
  /** `skipped`: the step before was needed, or the cluster need not have it. */
  readonly verdict: 'ok' | 'failed' | 'skipped';
  readonly milliseconds: number;
  /** What was found, or what went wrong. Never a key, the endpoint or the bucket. */
  readonly detail: string;
}

export interface SmokeOptions extends ConnectionOptions {
  /** Files of the step that measures. Default 1,000. */
  readonly files?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Scene {
  readonly v: VastDb;
  readonly database: Database;
  readonly target: VastTarget;
  readonly store: VastStore;
  readonly options: SmokeOptions;
}
/** Returns what it found; throws what went wrong. */
type Act = (scene: Scene) => Promise<string>;
/** Something that a cluster need not have. */
class Absent extends Error {}

/** `exr_smoke_20261123_220501_k3f9`: a name that nobody has. */
export function scratchSchema(now: Date = new Date()): string {
  return `exr_smoke_${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_')}_${Math.random().toString(36).slice(2, 6).padEnd(4, '0')}`;
}

/** @param target the bucket and the keys; its schema is not looked at */
export async function* vastSmoke(target: VastTarget, options: SmokeOptions = {}): AsyncGenerator<SmokeStep, void, undefined> {
  const scratch = { ...target, schema: scratchSchema() };
  const hide = hider(target);
  const timed = async (name: string, act: () => Promise<string>): Promise<SmokeStep> => {
    const started = performance.now();
    const step = (verdict: SmokeStep['verdict'], detail: string): SmokeStep => ({ name, verdict, milliseconds: performance.now() - started, detail: hide(detail) });
    try {
      return step('ok', await act());
    } catch (error) {
      options.signal?.throwIfAborted();
      return step(error instanceof Absent ? 'skipped' : 'failed', error instanceof Error ? error.message : String(error));
    }
  };
  let database: Database | undefined;
  const connected = await timed('connect', async () => {
    database = await connectTo(scratch, options);
    return `cluster ${database.features.text}`;
  });
  yield connected;
  if (database === undefined) return;
  const scene: Scene = { v: await vastdb(), database, target: scratch, store: new VastStore(scratch, options), options };
  try {
    let needed = true;
    for (const [name, act] of STEPS) {
      options.signal?.throwIfAborted();
      const step = needed ? await timed(name, () => act(scene)) : { name, verdict: 'skipped' as const, milliseconds: 0, detail: 'needs the tables' };
      if (name === 'tables' && step.verdict === 'failed') needed = false;
      yield step;
    }
  } finally {
    const cleaned = await timed('clean up', async () => {
      await scene.store.close();
      await scene.database.transaction((tx) => tx.bucket(scratch.bucket).schema(scratch.schema).drop({ cascade: true, ifExists: true }));
      return 'the scratch schema is gone';
    });
    await scene.database.close();
    yield cleaned.verdict === 'ok' ? cleaned : { ...cleaned, detail: `${cleaned.detail}; drop the schema ${scratch.schema} by hand` };
  }
}

const STEPS: readonly (readonly [string, Act])[] = [
  ['bucket', async ({ database, target }) => {
    const there = await database.transaction((tx) => tx.bucket(target.bucket).exists());
    return check(there, 'there', 'the bucket does not answer HEAD: it must exist and be database-enabled');
  }],
  ['tables', async ({ store }) => {
    await store.touch([]);
    return `${TABLES.length + 1} tables made`;
  }],
  ['column types', async ({ v, database, target }) => {
    const different = await database.transaction(async (tx) => {
      const names: string[] = [];
      for (const table of TABLES) {
        const schema = tx.bucket(target.bucket).schema(target.schema);
        const made = await schema.table(table.name, { columns: wireColumns(v, table.columns) }).columns();
        const found = await schema.table(table.name).columns();
        for (const field of made.fields) {
          const other = found.fields.find(({ name }) => name === field.name);
          if (!other || String(other.type) !== String(field.type) || other.nullable !== field.nullable) names.push(`${table.name}.${field.name}: ${other ? `${String(other.type)}${other.nullable ? '' : ' not null'}` : 'missing'}`);
        }
      }
      return names;
    });
    return check(different.length === 0, `${TABLES.reduce((sum, { columns }) => sum + columns.length, 0)} columns as they were asked for`, `otherwise than asked for: ${different.join(', ')}`);
  }],
  ['insert', async ({ store }) => said(await store.put([frame(1), frame(2), frame(3)]), 'new,new,new')],
  ['insert again', async ({ store }) => said(await store.put([frame(1), frame(2)]), 'unchanged,unchanged')],
  ['update', async ({ store }) => said(await store.put([frame(2, { version: 2, channels: ['Y'] })]), 'changed')],
  ['read back', async ({ store, database, target }) => {
    const rows = await readBack(database, target);
    const file = rows.files.filter(({ file_path: path }) => path === frame(2).identity.path);
    check(rows.files.length === 3 && file.length === 1, '', `${rows.files.length} files of 3, ${file.length} rows of the second`);
    check(file[0]!['size_bytes'] === BigInt(SIZE(2)), '', `size_bytes is ${String(file[0]!['size_bytes'])}, expected ${SIZE(2)}`);
    check(file[0]!['inspection_count'] === 3, '', `inspection_count is ${String(file[0]!['inspection_count'])}, expected 3`);
    const vector = file[0]!['metadata_embedding'] as Float32Array;
    const made = rowsOf(frame(2, { version: 2, channels: ['Y'] }).report, frame(2).identity).files[0]!['metadata_embedding'] as Float32Array;
    check(vector.length === made.length && made.every((value, i) => value === vector[i]), '', 'a vector came back with other numbers');
    check(rows.parts.every(({ pixel_aspect_ratio: aspect }) => Number.isNaN(aspect)), '', 'NaN came back as another number');
    const texts = rows.attributes.filter(({ attr_name: name }) => name === 'comments').map(({ value_text: text }) => text);
    check(texts.length === 3 && texts.every((text) => text === ODD), '', `a text came back as ${JSON.stringify(texts[0])}`);
    return `vectors, NaN, 64-bit numbers and texts are what they were; ${(await store.known(null)).length} files`;
  }],
  ['large cells', async ({ store, database, target }) => {
    const [fits, large] = ['f'.repeat(CELL_BYTES - 2), 'l'.repeat(CELL_BYTES + 1000)];
    await store.put([frame(4, { attributes: { fits, large } })]);
    const rows = (await readBack(database, target)).attributes;
    const cell = (name: string): Record<string, unknown> => rows.find(({ attr_name: found }) => found === name) ?? {};
    check(cell('fits')['value_text'] === fits, '', `a cell of ${CELL_BYTES} bytes came back with ${String(cell('fits')['value_text']).length} characters`);
    return check(String(cell('large')['value_json']).length === CELL_BYTES && Number(cell('large')['value_length']) === large.length + 2, `${CELL_BYTES} bytes kept, more is cut with its hash and length beside it`, 'a value that was too large was not cut as it should');
  }],
  ['find', async ({ store }) => {
    const paths = async (filter: Parameters<typeof store.query>[0]): Promise<number> => {
      const found: ExrRow[] = [];
      for await (const row of store.query(filter)) found.push(row);
      return found.length;
    };
    const found = [await paths({}), await paths({ where: 'compression = zip and width >= 1000', channels: ['r'] }), await paths({ under: '/smoke', since: '2026-01-01T00:00:00.000Z' }), await paths({ where: 'frame between 2 and 3 or not (size > 0)' }), await paths({ under: '/smok' }), await paths({ collapse: true })];
    return check(String(found) === '4,3,4,2,0,1', 'equality, ranges, prefixes and OR find what they should', `found ${String(found)} files, expected 4,3,4,2,0,1`);
  }],
  ['similar', async ({ store }) => {
    const [best] = await store.similar({ to: frame(1).report });
    return check(best !== undefined && Math.abs(best.similarity - 1) < 1e-5, 'the same frame comes first', `the nearest is ${best?.similarity}, expected 1`);
  }],
  ['query engine', async ({ database, target, options }) => {
    try {
      const rows = await database.sql(`SELECT count(*) AS n FROM "${target.bucket}/${target.schema}".files`, options.signal ? { signal: options.signal } : {}).toArray();
      return `answers SQL: ${JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`;
    } catch (error) {
      throw new Absent(`does not answer (the store does without): ${(error as Error).message}`);
    }
  }],
  ['remove', async ({ store }) => {
    const gone = await store.remove([frame(3).identity]);
    return check(gone === 1 && (await store.known(null)).length === 3, 'a tombstone is left', `${gone} removed, expected 1`);
  }],
  ['rollback', async ({ v, database, target }) => {
    const tx = await database.begin();
    const table = tx.bucket(target.bucket).schema(target.schema).table('store_info');
    await table.insert([{ key: 'smoke', value: 'rolled back' }]);
    const seen = await table.count(v.eq('key', 'smoke'));
    await tx.rollback();
    const left = await database.transaction((other) => other.bucket(target.bucket).schema(target.schema).table('store_info').count(v.eq('key', 'smoke')));
    return check(seen === 1 && left === 0, 'seen within, gone after', `${seen} rows seen within, ${left} after; expected 1 and 0`);
  }],
  ['conflict', async ({ v, database, target }) => {
    const [one, other] = [await database.begin(), await database.begin()];
    try {
      const update = async (tx: typeof one, value: string): Promise<void> => {
        const table = tx.bucket(target.bucket).schema(target.schema).table('store_info');
        const [row] = await table.select({ where: v.eq('key', 'store_version'), rowIds: true }).toArray();
        await table.update([{ $row_id: row!['$row_id'], value }]);
      };
      await update(one, '1');
      const late = await update(other, '1').then(() => other.commit()).then(() => undefined, (error: Error) => error);
      const early = await one.commit().then(() => undefined, (error: Error) => error);
      return check((late === undefined) !== (early === undefined) && (late ?? early) instanceof v.ConflictError, `the ${late ? 'second' : 'first'} of two is told: ${(late ?? early)?.message}`, `two transactions changed the same row, and were told ${early?.message ?? 'nothing'} and ${late?.message ?? 'nothing'}`);
    } finally {
      await Promise.allSettled([one.rollback(), other.rollback()]);
    }
  }],
  ['race', async ({ database, target, options }) => {
    // Two stores that do not know of each other: what keeps them apart in one process goes by the endpoint's spelling.
    const stores = [new VastStore(target, options), new VastStore({ ...target, endpoint: `${target.endpoint.replace(/\/$/, '')}/` }, options)];
    try {
      await Promise.all(stores.map((store) => store.put([frame(50), frame(51)])));
    } finally {
      await Promise.all(stores.map((store) => store.close()));
    }
    const rows = await readBack(database, target);
    const found = [50, 51].map((n) => rows.files.filter(({ file_id: id }) => id === fileIdOf(frame(n).identity)).length);
    return check(String(found) === '1,1', 'two at once leave one row', `two at once left ${String(found)} rows, expected 1,1`);
  }],
  ['batch', async ({ store, options }) => {
    const count = options.files ?? 1000;
    const files = Array.from({ length: count }, (_, i) => frame(1000 + i));
    const started = performance.now();
    const { inserted } = await store.put(files);
    const seconds = (performance.now() - started) / 1000;
    return check(inserted === count, `${count} files in ${seconds.toFixed(2)} s = ${Math.round(count / seconds)} files/s`, `${inserted} of ${count} inserted`);
  }],
];

function check(good: boolean, found: string, wrong: string): string {
  if (!good) throw new Error(wrong);
  return found;
}

function said(result: { readonly outcomes: readonly string[] }, expected: string): string {
  return check(result.outcomes.join() === expected, result.outcomes.join(', '), `${result.outcomes.join(', ')}; expected ${expected}`);
}

/** The tables as they are, without the store. */
async function readBack(database: Database, { bucket, schema }: VastTarget): Promise<Record<'files' | 'parts' | 'attributes', Record<string, unknown>[]>> {
  return database.transaction(async (tx) => {
    const rows = (name: string): Promise<Record<string, unknown>[]> => tx.bucket(bucket).schema(schema).table(name).select().toArray();
    return { files: await rows('files'), parts: await rows('parts'), attributes: await rows('attributes') };
  });
}

/** What a site may not want to paste into an issue. */
function hider({ endpoint, accessKey, secretKey, bucket }: VastTarget): (text: string) => string {
  const host = endpoint.replace(/^https?:\/\//i, '').replace(/\/.*$/, '');
  const secrets: readonly (readonly [string, string])[] = [[secretKey, '<secret key>'], [accessKey, '<access key>'], [host, '<endpoint>'], [host.replace(/:\d+$/, ''), '<endpoint>'], [`/${bucket}/`, '/<bucket>/'], [`vast://${bucket}`, 'vast://<bucket>']];
  return (text) => secrets.reduce((hidden, [secret, name]) => (secret === '' ? hidden : hidden.replaceAll(secret, name)), text);
}

const ODD = 'Zoë "quoted" \'quoted\' 日本 😀\nsecond line';
/** Beyond 32 bits. */
const SIZE = (n: number): number => 2 ** 40 + n;

function frame(n: number, { version = 1, channels = ['R', 'G', 'B', 'A'], attributes = {} }: { version?: number; channels?: readonly string[]; attributes?: Readonly<Record<string, string>> } = {}): InspectedFile {
  const path = `/smoke/beauty.${String(n).padStart(4, '0')}.exr`;
  const window = { x_min: 0, y_min: 0, x_max: 1919, y_max: 1079 };
  const mtime = `2026-01-0${version}T00:00:00.000Z`;
  const report: ExrReport = {
    schema_version: 1, tool: { name: 'exr-inspector', version: '0.1.0' },
    file: { path, size_bytes: SIZE(n), mtime, exr_version: 2, part_count: 1, is_multipart: false, is_deep: false, frame_number: n, header_bytes: 400, header_hash: `smoke ${version}` },
    parts: [{
      index: 0, name: null, type: 'scanlineimage', view: null, width: 1920, height: 1080, data_window: window, display_window: window, pixel_aspect_ratio: 'NaN', line_order: 'increasing_y', compression: 'zip', tile_width: null, tile_height: null, level_mode: null,
      rounding_mode: null, level_count: 1, is_deep: false, chunk_count: 68, color_space: 'ACEScg', software: 'exr vast smoke', timecode: null, frame_rate: 24,
      attributes: Object.entries({ comments: ODD, ...attributes }).map(([name, value]) => ({ name, type: 'string', size: value.length, value })),
    }],
    channels: channels.map((name) => ({ part_index: 0, name, layer: '', component: name, view: null, type: 'half' as const, x_sampling: 1, y_sampling: 1, p_linear: false })),
    attributes: {}, errors: [], notes: [],
  };
  return { report, identity: { bucket: null, path } };
}
