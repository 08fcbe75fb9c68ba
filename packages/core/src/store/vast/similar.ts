/** The nearest vectors: read page by page and ranked here, exactly; or asked of the cluster's query engine. */
import type { Database, Transaction } from '@exr/vastdb';
import { CHANNEL_DIMENSIONS, EMBEDDING_VERSION, METADATA_DIMENSIONS } from '../../embed/index.ts';
import { ExrError } from '../../errors.ts';
import { sequenceKeyOf } from '../../sequence/index.ts';
import { hasConditions } from '../filter-sql.ts';
import type { StoreFilter } from '../types.ts';
import { chosenFiles } from './choose.ts';
import { vastLocation, type VastTarget } from './location.ts';
import type { StoreTables } from './tables.ts';
import { compareText } from './text.ts';

export interface Near {
  readonly fileId: string;
  readonly similarity: number;
}

export interface Nearest {
  readonly vector: Float32Array;
  readonly by: 'metadata' | 'channels';
  readonly limit: number;
  /** Of a sequence only the nearest file. */
  readonly collapse: boolean;
  readonly exceptId: string | undefined;
  readonly filter: StoreFilter;
}

/** Rows of a page: six megabytes of vectors. */
const PAGE_ROWS = 4096;

/** Holds the best `limit`, of each group its nearest file only. */
class Best {
  private readonly kept: (Near & { readonly group: string })[] = [];
  constructor(private readonly limit: number) {}

  /** Exact although what falls out is forgotten: a group that falls out has `limit` others before it, and those only get better. */
  offer(near: Near, group: string): void {
    const rival = this.kept.findIndex((one) => one.group === group);
    if (rival >= 0) {
      if (before(this.kept[rival]!, near)) return;
      this.kept.splice(rival, 1);
    } else if (this.kept.length >= this.limit && (this.limit === 0 || before(this.kept.at(-1)!, near))) return;
    const at = this.kept.findIndex((one) => before(near, one));
    this.kept.splice(at < 0 ? this.kept.length : at, 0, { ...near, group });
    if (this.kept.length > this.limit) this.kept.pop();
  }

  get all(): readonly Near[] {
    return this.kept;
  }
}

const before = (a: Near, b: Near): boolean => a.similarity > b.similarity || (a.similarity === b.similarity && compareText(a.fileId, b.fileId) <= 0);

const columnOf = (by: 'metadata' | 'channels'): { column: string; length: number } => (by === 'metadata' ? { column: 'metadata_embedding', length: METADATA_DIMENSIONS } : { column: 'channel_embedding', length: CHANNEL_DIMENSIONS });

interface Column {
  get(i: number): unknown;
}

/** What files of one sequence have in common. */
const groupOf = (bucket: unknown, path: unknown): string => `${bucket == null ? '' : String(bucket)}\0${sequenceKeyOf(String(path))}`;

/** Exact top k by cosine, over files whose vectors have our version. Memory is a page and k rows, plus the ids that fit when there is a filter. */
export async function nearestHere(tx: Transaction, tables: StoreTables, { vector, by, limit, collapse, exceptId, filter }: Nearest): Promise<readonly Near[]> {
  const { v } = tables;
  const { column, length } = columnOf(by);
  const chosen = hasConditions(filter) ? await chosenFiles(tx, tables, filter, []) : undefined;
  const best = new Best(Math.max(0, Math.floor(limit)));
  if (chosen?.size === 0) return [];
  // Files without vectors have no embedding_version; a vector column itself cannot be asked for null.
  const where = [v.eq('embedding_version', EMBEDDING_VERSION), ...(filter.deleted ? [] : [v.ne('status', 'deleted')])];
  const narrow = chosen !== undefined && chosen.size <= 1000 ? [v.oneOf('file_id', [...chosen.keys()])] : [];
  const norm = Math.sqrt(dot(vector, 0, vector));
  // eslint-disable-next-line no-restricted-syntax -- as many as the question has conditions
  for await (const batch of tables.table(tx, 'files').select({ columns: ['file_id', 'bucket', 'file_path', column], where: v.and(...where, ...narrow), pageSize: PAGE_ROWS })) {
    const { values: vectors, there } = vectorsOf(batch, column, length);
    const [ids, buckets, paths] = ['file_id', 'bucket', 'file_path'].map((name) => batch.getChild(name)!) as unknown as [Column, Column, Column];
    for (let i = 0; i < batch.numRows; i++) {
      const fileId = String(ids.get(i));
      if (!there(i) || fileId === exceptId || (chosen && !chosen.has(fileId))) continue;
      const from = i * length;
      const similarity = dot(vectors, from, vector) / (Math.sqrt(squares(vectors, from, length)) * norm);
      // A vector of zeros is like nothing.
      if (Number.isNaN(similarity)) continue;
      best.offer({ fileId, similarity }, collapse ? groupOf(buckets.get(i), paths.get(i)) : fileId);
    }
  }
  return best.all;
}

/** The numbers of a vector column, one file after the other, without making an array of each. */
function vectorsOf(batch: { getChild(name: string): unknown }, column: string, length: number): { values: Float32Array; there: (i: number) => boolean } {
  const { data } = batch.getChild(column) as { data: readonly { offset: number; getValid(i: number): boolean; children: readonly { values: Float32Array }[] }[] };
  const [only] = data;
  const values = only?.children[0]?.values;
  if (data.length !== 1 || !(values instanceof Float32Array)) throw new ExrError('READ_FAILED', `column ${column}: ${data.length} chunks found, expected one of float32`);
  return { values: only!.offset === 0 ? values : values.subarray(only!.offset * length), there: (i) => only!.getValid(i) };
}

function dot(values: Float32Array, from: number, vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += values[from + i]! * vector[i]!;
  return sum;
}

function squares(values: Float32Array, from: number, length: number): number {
  let sum = 0;
  for (let i = from; i < from + length; i++) sum += values[i]! * values[i]!;
  return sum;
}

/** Files of a sequence that may crowd each other out of the engine's answer. */
const CROWD = 64;

/**
 * As nearestHere, by the query engine; undefined when its answer does not settle it (then rank here): many frames of few sequences can fill it up.
 * The statement is of the form that VAST's own SDK writes. Not for filters: those are decided here.
 */
export async function nearestThere(database: Database, target: VastTarget, { vector, by, limit, collapse, exceptId }: Nearest, signal: AbortSignal | undefined): Promise<readonly Near[] | undefined> {
  const { column, length } = columnOf(by);
  const wanted = Math.max(0, Math.floor(limit));
  const asked = (collapse ? wanted * CROWD : wanted) + 1;
  const given = `ARRAY[${Array.from(vector, (value) => value.toString()).join(', ')}]::FLOAT[${length}]`;
  const statement = `SELECT file_id, bucket, file_path, array_cosine_distance(${column}::FLOAT[${length}], ${given}) AS distance FROM "${target.bucket}/${target.schema}".files WHERE ${column} IS NOT NULL AND embedding_version = ${EMBEDDING_VERSION} AND status <> 'deleted' ORDER BY distance, file_id LIMIT ${asked}`;
  const best = new Best(wanted);
  let rows = 0;
  for await (const row of database.sql(statement, signal === undefined ? {} : { signal }).rows()) {
    rows++;
    const { file_id: fileId, bucket, file_path: path, distance } = row as { file_id?: unknown; bucket?: unknown; file_path?: unknown; distance?: unknown };
    if (typeof fileId !== 'string' || typeof distance !== 'number' || typeof path !== 'string') throw new ExrError('READ_FAILED', `${vastLocation(target)}: the query engine answered with the columns ${Object.keys(row).join(', ')}, expected file_id, bucket, file_path, distance`);
    if (fileId !== exceptId) best.offer({ fileId, similarity: 1 - distance }, collapse ? groupOf(bucket, path) : fileId);
  }
  return best.all.length === wanted || rows < asked ? best.all : undefined;
}
