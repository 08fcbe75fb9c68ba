/** What find, known and similar show of files. */
import type { Transaction } from '@exr/vastdb';
import type { EmbeddableReport, Vocabulary } from '../../embed/index.ts';
import { putUnder } from '../../flow/index.ts';
import type { ReportBox } from '../../report/index.ts';
import { wellFormed } from '../identity.ts';
import type { Row } from '../rows.ts';
import type { ExrQuery, ExrRow, KnownFile, StoreFilter } from '../types.ts';
import { collapseRows, withoutTexture, type FileRow } from '../collapse.ts';
import { hasConditions } from '../filter-sql.ts';
import { chosenFiles, plain, rowsOfFiles } from './choose.ts';
import type { StoreTables } from './tables.ts';
import { compareText } from './text.ts';

/** Columns of `files` that an ExrRow is made of. */
const SHOWN = ['file_id', 'bucket', 'file_path', 'status', 'size_bytes', 'mtime', 'frame_number', 'sequence', 'multipart_count', 'channel_count', 'error_message'];

type Bare = Omit<FileRow, 'width' | 'height' | 'display_width' | 'display_height' | 'compression' | 'color_space' | 'software' | 'looksLikeTexture'>;

const number = (cell: unknown): number => Number(cell ?? 0);
const maybe = (cell: unknown): number | null => (cell === null || cell === undefined ? null : Number(cell));
const text = (cell: unknown): string | null => (cell === null || cell === undefined ? null : String(cell));

function single(row: Row): Bare {
  const frame = maybe(row['frame_number']);
  return {
    file_id: String(row['file_id']), bucket: text(row['bucket']), path: String(row['file_path']), status: String(row['status']), size_bytes: number(row['size_bytes']), mtime: text(row['mtime']), files: 1, sequence_files: 1,
    first_frame: frame, last_frame: frame, frames: text(frame), missing_frames: 0, parts: number(row['multipart_count']), channels: number(row['channel_count']), error: text(row['error_message']),
  };
}

function reduce(values: Iterable<number>, pick: (a: number, b: number) => number): number | null {
  let result: number | null = null;
  for (const value of values) result = result === null ? value : pick(result, value);
  return result;
}

export async function findRows(tx: Transaction, tables: StoreTables, query: ExrQuery): Promise<ExrRow[]> {
  const chosen = await chosenFiles(tx, tables, query, query.collapse ? [...SHOWN, 'directory'] : SHOWN);
  const first = <T>(rows: T[]): T[] => (query.limit === undefined ? rows : rows.slice(0, Math.max(0, Math.floor(query.limit))));
  const bare = [...chosen.values()].map(single);
  if (query.collapse) return first(collapseRows(await withPartFacts(tx, tables, bare), await knownPaths(tx, tables, query, chosen)));
  return (await withPartFacts(tx, tables, first(bare.sort((a, b) => compareText(a.path, b.path) || nullsLast(a.bucket, b.bucket))))).map(withoutTexture);
}

const nullsLast = (a: string | null, b: string | null): number => (a === null || b === null ? Number(a === null) - Number(b === null) : compareText(a, b));

/** All paths in the folders of the files chosen, by bucket: what the filter left out of a sequence is not missing. */
async function knownPaths(tx: Transaction, tables: StoreTables, query: ExrQuery, chosen: ReadonlyMap<string, Row>): Promise<Map<string, string[]>> {
  const { collapse: _, limit: __, ...filter } = query;
  const known = new Map<string, string[]>();
  if (!hasConditions(filter)) return known;
  const placeOf = (row: Row): string => `${text(row['bucket']) ?? ''}\0${text(row['directory']) ?? ''}`;
  const places = new Set([...chosen.values()].map(placeOf));
  for (const row of (await chosenFiles(tx, tables, { within: filter.within }, ['bucket', 'file_path', 'directory'])).values()) {
    if (places.has(placeOf(row))) putUnder(known, text(row['bucket']) ?? '', String(row['file_path']));
  }
  return known;
}

/** Rows of these files, by id. */
export async function singleRows(tx: Transaction, tables: StoreTables, ids: ReadonlySet<string>): Promise<Map<string, ExrRow>> {
  const rows = new Map<string, Bare>();
  for await (const row of rowsOfFiles(tx, tables, 'files', SHOWN, ids)) if (!rows.has(row['file_id'] as string)) rows.set(row['file_id'] as string, single(row));
  return new Map((await withPartFacts(tx, tables, [...rows.values()])).map((row) => [row.file_id, withoutTexture(row)]));
}

const SIZES = ['width', 'height', 'display_width', 'display_height'] as const;

async function withPartFacts(tx: Transaction, tables: StoreTables, rows: readonly Bare[]): Promise<FileRow[]> {
  const made = () => ({ width: null as number | null, height: null as number | null, display_width: null as number | null, display_height: null as number | null, compression: new Set<string>(), color_space: new Set<string>(), software: new Set<string>(), texture: null as boolean | null });
  const facts = new Map(rows.map(({ file_id }) => [file_id, made()]));
  for await (const part of rowsOfFiles(tx, tables, 'parts', [...SIZES, 'compression', 'color_space', 'render_software', 'is_tiled', 'level_mode'], facts)) {
    const own = facts.get(part['file_id'] as string)!;
    for (const name of SIZES) own[name] = reduce([own[name], maybe(part[name])].filter((value) => value !== null), Math.max);
    for (const [name, column] of [['compression', 'compression'], ['color_space', 'color_space'], ['software', 'render_software']] as const) if (typeof part[column] === 'string') own[name].add(part[column]);
    own.texture = (own.texture ?? true) && part['is_tiled'] === true && part['level_mode'] === 'mipmap_levels';
  }
  const joined = (texts: ReadonlySet<string>, by: string): string | null => (texts.size === 0 ? null : [...texts].sort(compareText).join(by));
  return rows.map((row) => {
    const { compression, color_space, software, texture, ...sizes } = facts.get(row.file_id)!;
    const { error, ...before } = row;
    return { ...before, ...sizes, compression: joined(compression, ','), color_space: joined(color_space, ', '), software: joined(software, ', '), error, looksLikeTexture: texture === true };
  });
}

export async function knownBelow(tx: Transaction, tables: StoreTables, under: { readonly bucket: string | null; readonly path: string } | null): Promise<KnownFile[]> {
  const { v } = tables;
  const path = wellFormed(under?.path.replace(/\/+$/, '') ?? '');
  const where = [v.ne('status', 'deleted')];
  if (under !== null) where.push(under.bucket === null ? v.isNull('bucket') : v.eq('bucket', under.bucket));
  if (path !== '') where.push(v.or(v.eq('file_path', path), v.startsWith('file_path', `${path}/`)));
  const known = new Map<string, KnownFile>();
  // eslint-disable-next-line no-restricted-syntax -- as many as the question has conditions
  const selection = tables.table(tx, 'files').select({ columns: ['file_id', 'bucket', 'file_path', 'version', 'status', 'embedding_version', 'has_stats'], where: v.and(...where) });
  for await (const found of selection.rows()) {
    const row = plain(found);
    const fileId = row['file_id'] as string;
    if (!known.has(fileId)) known.set(fileId, { fileId, bucket: text(row['bucket']), path: String(row['file_path']), version: String(row['version']), status: String(row['status']), embeddingVersion: maybe(row['embedding_version']), hasStats: row['has_stats'] === true });
  }
  return [...known.values()].sort((a, b) => compareText(a.path, b.path));
}

/** What embedding looks at, put together again from the rows: so that similar files can be explained without opening them. */
export async function storedReports(tx: Transaction, tables: StoreTables, ids: ReadonlySet<string>): Promise<Map<string, EmbeddableReport>> {
  const rowsOf = async (name: 'parts' | 'channels' | 'attributes', order: string, columns: readonly string[], key: (row: Row) => string): Promise<Row[]> => {
    const rows = new Map<string, Row>();
    for await (const row of rowsOfFiles(tx, tables, name, [order, ...columns], ids)) if (!rows.has(key(row))) rows.set(key(row), row);
    return [...rows.values()].sort((a, b) => number(a[order]) - number(b[order]));
  };
  const attributes = new Map<string, Row[]>();
  for (const row of await rowsOf('attributes', 'attr_index', ['part_index', 'attr_name', 'attr_type', 'size_bytes', 'value_json', 'value_sha256'], (one) => `${one['file_id']} ${one['part_index']} ${one['attr_index']}`)) {
    const key = `${row['file_id']} ${row['part_index']}`;
    attributes.set(key, [...(attributes.get(key) ?? []), row]);
  }
  const found = new Map([...ids].map((id) => [id, { parts: [] as EmbeddableReport['parts'][number][], channels: [] as EmbeddableReport['channels'][number][] }]));
  const partColumns = ['part_name', 'part_type', 'view_name', 'data_window', 'display_window', 'pixel_aspect_ratio', 'line_order', 'compression', 'tile_width', 'tile_height', 'level_mode', 'rounding_mode', 'is_deep', 'color_space', 'render_software'];
  for (const row of await rowsOf('parts', 'part_index', partColumns, (one) => `${one['file_id']} ${one['part_index']}`)) {
    found.get(row['file_id'] as string)?.parts.push({
      name: text(row['part_name']), type: row['part_type'] as 'scanlineimage', view: text(row['view_name']), data_window: JSON.parse(row['data_window'] as string) as ReportBox, display_window: JSON.parse(row['display_window'] as string) as ReportBox,
      pixel_aspect_ratio: row['pixel_aspect_ratio'] as number, line_order: row['line_order'] as string, compression: row['compression'] as string, tile_width: maybe(row['tile_width']), tile_height: maybe(row['tile_height']),
      level_mode: text(row['level_mode']), rounding_mode: text(row['rounding_mode']), is_deep: row['is_deep'] as boolean, color_space: text(row['color_space']), software: text(row['render_software']),
      // A value that was cut is no JSON any more.
      attributes: (attributes.get(`${row['file_id']} ${row['part_index']}`) ?? []).map((one) => ({ name: one['attr_name'] as string, type: one['attr_type'] as string, size: number(one['size_bytes']), value: one['value_json'] == null || one['value_sha256'] != null ? null : (JSON.parse(one['value_json'] as string) as null) })),
    });
  }
  for (const row of await rowsOf('channels', 'channel_index', ['channel_name', 'layer_name', 'component_name', 'view_name', 'channel_type', 'x_sampling', 'y_sampling', 'p_linear', 'part_index'], (one) => `${one['file_id']} ${one['channel_index']}`)) {
    found.get(row['file_id'] as string)?.channels.push({
      name: row['channel_name'] as string, layer: row['layer_name'] as string, component: row['component_name'] as string, view: text(row['view_name']), type: row['channel_type'] as 'half', x_sampling: row['x_sampling'] as number, y_sampling: row['y_sampling'] as number, p_linear: row['p_linear'] === true, part_index: number(row['part_index']),
    });
  }
  return found;
}

/** Programs that a description may name. Layers are not asked for, there are too many rows of them: any word may be one. */
export async function vocabularyOf(tx: Transaction, tables: StoreTables, { within }: Pick<StoreFilter, 'within'>): Promise<Vocabulary> {
  const software = new Set<string>();
  const seen = within === undefined ? null : await chosenFiles(tx, tables, { within }, []);
  let rows = 0;
  for await (const { file_id: id, render_software: name } of tables.table(tx, 'parts').select({ columns: ['file_id', 'render_software'], where: tables.v.notNull('render_software'), pageSize: 16_384 }).rows()) {
    if (typeof name === 'string' && (seen === null || seen.has(String(id)))) software.add(name);
    if (++rows === MOST_PARTS) break;
  }
  return { software };
}
/** Parts that are looked at for their programs. */
const MOST_PARTS = 100_000;
