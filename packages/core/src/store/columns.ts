/**
 * The one place that defines the columns of the store. DuckDB's DDL (duckdb/ddl.ts), the Arrow schema of VAST's tables (arrow-schema.ts) and
 * docs/formats/store.md come from it. A column is never renamed or removed; a new one is appended and must be nullable: an older store gets it
 * by ALTER TABLE, and STORE_VERSION goes up by one. (3: DuckDB's file keeps equal contents once; 4: vectors too; 5: notes.)
 */
import { CHANNEL_DIMENSIONS, METADATA_DIMENSIONS } from '../embed/index.ts';

export const STORE_VERSION = 5;

export type ColumnType = 'string' | 'int32' | 'int64' | 'float32' | 'float64' | 'bool' | `vector${number}`;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** What it holds, in one line, with unit and spelling. */
  readonly doc: string;
}
export type TableName = 'files' | 'parts' | 'channels' | 'attributes' | 'stats' | 'findings';
export interface Table {
  readonly name: TableName;
  readonly doc: string;
  readonly columns: readonly Column[];
}

const col = (name: string, type: ColumnType, doc: string): Column => ({ name, type, nullable: true, doc });
const must = (name: string, type: ColumnType, doc: string): Column => ({ name, type, nullable: false, doc });
const FILE = [must('file_id', 'string', 'The file: see files.file_id.'), must('file_path', 'string', 'As in files.')];

export const TABLES: readonly Table[] = [
  {
    name: 'files',
    doc: 'One row a location that was ever looked at: read, unreadable, or gone.',
    columns: [
      must('file_id', 'string', 'First 32 hex digits of sha256(bucket, NUL, key) or of sha256(NUL, host path): the location, not the content.'),
      must('file_path', 'string', "The object's key or the path on the host, as given. Bytes that are not UTF-8 stand as U+FFFD."),
      col('file_path_normalized', 'string', 'With `/` between folders and without `.`, `..` and doubled separators; case is kept.'),
      col('header_hash', 'string', 'sha256 of the raw header bytes, lower-case hex; null when the header could not be read.'),
      col('size_bytes', 'int64', 'Size of the file in bytes.'),
      col('mtime', 'string', 'Last modification, ISO 8601 in UTC.'),
      col('multipart_count', 'int32', 'Number of parts.'),
      col('is_deep', 'bool', 'True when any part is deep.'),
      col('metadata_embedding', `vector${METADATA_DIMENSIONS}`, 'Unit vector: made the way this one was. Null when nothing could be read.'),
      col('frame_number', 'int32', "From the file's name."),
      col('inspection_timestamp', 'string', 'When these rows were made, ISO 8601 in UTC.'),
      col('inspection_count', 'int32', 'How many times the file was looked at.'),
      col('last_inspected', 'string', 'When it was last looked at and found as these rows say, ISO 8601 in UTC.'),
      col('bucket', 'string', 'S3 bucket, null for a file of the host.'),
      col('etag', 'string', 'ETag of the object, without quotes.'),
      col('sequencer', 'string', "The event's sequencer: orders the versions of one key."),
      must('version', 'string', "The content's version: the ETag, or size and mtime."),
      must('status', 'string', '`ok`, `partial` (read, with errors), `error` (not read), `deleted` (a tombstone).'),
      col('error_code', 'string', 'Code of the first error (docs/errors.md).'),
      col('error_kind', 'string', 'Its kind: format, unsupported, limit, io, usage.'),
      col('error_message', 'string', 'Its message.'),
      col('directory', 'string', 'Folder part of the normalised path.'),
      col('file_name', 'string', 'Last part of the normalised path.'),
      col('sequence', 'string', 'Normalised path with `#` for each digit of the frame number; null without one.'),
      col('channel_count', 'int32', 'Channels of all parts.'),
      col('header_bytes', 'int64', 'Bytes from the start of the file to the end of the last header.'),
      col('exr_version', 'int32', 'Version number of the file layout (2).'),
      col('channel_embedding', `vector${CHANNEL_DIMENSIONS}`, 'Unit vector: with these channels.'),
      col('embedding_version', 'int32', 'Version of both vectors; those of different versions are not compared.'),
      col('has_stats', 'bool', 'Statistics were computed and are in `stats`.'),
      col('has_findings', 'bool', 'A policy was checked; its findings are in `findings`.'),
      col('validation_status', 'string', '`pass`, `warn` or `fail` of that policy.'),
      col('first_seen', 'string', 'When the location was first looked at, ISO 8601 in UTC.'),
      col('deleted_at', 'string', 'When it was found to be gone, ISO 8601 in UTC.'),
      col('inspector_version', 'string', 'Version of exr-inspector that made these rows.'),
      col('events', 'string', 'The last events that were counted in inspection_count, newest first: 16 hex digits each of sha256(source, NUL, id). One that is delivered again is not counted again.'),
      col('note_codes', 'string', 'Codes of the notes (docs/errors.md), each once, sorted, joined by commas; null without one.'),
      col('note_message', 'string', 'The first note.'),
    ],
  },
  {
    name: 'parts',
    doc: 'One row a part.',
    columns: [
      ...FILE,
      must('part_index', 'int32', 'Place in the file, from 0.'),
      col('width', 'int32', 'Of the data window, pixels.'),
      col('height', 'int32', 'Of the data window, pixels.'),
      col('display_width', 'int32', 'Of the display window, pixels.'),
      col('display_height', 'int32', 'Of the display window, pixels.'),
      col('data_x_offset', 'int32', 'xMin of the data window.'),
      col('data_y_offset', 'int32', 'yMin of the data window.'),
      col('part_name', 'string', 'The `name` attribute.'),
      col('view_name', 'string', 'The `view` attribute.'),
      col('multi_view', 'bool', 'The part holds several views (a `multiView` attribute).'),
      col('data_window', 'string', 'JSON: x_min, y_min, x_max, y_max; max is inside.'),
      col('display_window', 'string', 'JSON, as data_window.'),
      col('pixel_aspect_ratio', 'float32', 'NaN and infinities are kept.'),
      col('line_order', 'string', '`increasing_y`, `decreasing_y`, `random_y`.'),
      col('compression', 'string', '`none` … `zstd`, or `unknown N`.'),
      col('color_space', 'string', 'By name, null when nothing says.'),
      col('render_software', 'string', 'The program that wrote it, null when nothing says.'),
      col('is_tiled', 'bool', 'Stored as tiles.'),
      col('tile_width', 'int32', 'Pixels.'),
      col('tile_height', 'int32', 'Pixels.'),
      col('tile_depth', 'int32', 'Always 1 in a tiled part: kept for the tables of the original.'),
      col('is_deep', 'bool', 'Deep samples.'),
      col('part_type', 'string', '`scanlineimage`, `tiledimage`, `deepscanline`, `deeptile`.'),
      col('level_mode', 'string', '`one_level`, `mipmap_levels`, `ripmap_levels`.'),
      col('rounding_mode', 'string', '`round_down`, `round_up`.'),
      col('level_count', 'int32', 'Levels stored.'),
      col('chunk_count', 'int32', 'Chunks that the geometry asks for.'),
      col('timecode', 'string', '`01:02:03:04`.'),
      col('frame_rate', 'float64', 'Frames a second.'),
    ],
  },
  {
    name: 'channels',
    doc: 'One row a channel.',
    columns: [
      ...FILE,
      must('part_index', 'int32', 'The part.'),
      must('channel_name', 'string', 'Full name.'),
      col('layer_name', 'string', 'Before the last period, empty for the base layer; where the channel has none and the part of a multi-part file is named after a layer, that name.'),
      col('component_name', 'string', 'After the last period.'),
      col('channel_type', 'string', '`half`, `float`, `uint`.'),
      col('x_sampling', 'int32', 'Values stand where x mod x_sampling = 0.'),
      col('y_sampling', 'int32', 'Values stand where y mod y_sampling = 0.'),
      col('channel_fingerprint', `vector${CHANNEL_DIMENSIONS}`, "files.channel_embedding on the file's first channel, null on the others."),
      must('channel_index', 'int32', 'Place among the channels of the file, from 0.'),
      col('view_name', 'string', 'View of a multiView name.'),
      col('p_linear', 'bool', 'The pLinear flag.'),
    ],
  },
  {
    name: 'attributes',
    doc: 'One row an attribute of a part, all of them, in file order.',
    columns: [
      ...FILE,
      must('part_index', 'int32', 'The part.'),
      must('attr_name', 'string', 'Name.'),
      col('attr_type', 'string', "The type's name as written in the file."),
      col('value_json', 'string', 'The value as in the report (bytes as base64).'),
      col('value_text', 'string', 'The value of a text, a number or a truth value, as people would write it.'),
      col('value_int', 'int64', 'The value when it is an integer.'),
      col('value_float', 'float64', 'The value when it is a number.'),
      must('attr_index', 'int32', 'Place in the header, from 0.'),
      col('size_bytes', 'int32', 'Bytes of the value in the file.'),
      col('value_sha256', 'string', 'Of value_json, when a store had to cut it.'),
      col('value_length', 'int64', 'Characters of value_json, when a store had to cut it.'),
    ],
  },
  {
    name: 'stats',
    doc: 'One row a channel whose pixels were measured, over the finite values of level (0, 0).',
    columns: [
      ...FILE,
      must('part_index', 'int32', 'The part.'),
      must('channel_name', 'string', 'Full name.'),
      col('count', 'int64', 'All values, finite or not; samples of a deep channel.'),
      col('nan_count', 'int64', 'NaN.'),
      col('pos_inf_count', 'int64', '+Infinity.'),
      col('neg_inf_count', 'int64', '-Infinity.'),
      col('zero_count', 'int64', 'Zeros.'),
      col('negative_count', 'int64', 'Below zero.'),
      col('min', 'float64', 'Least; null when nothing is finite, as the next six.'),
      col('max', 'float64', 'Greatest.'),
      col('mean', 'float64', 'Mean.'),
      col('stddev', 'float64', "The population's standard deviation."),
      col('p01', 'float64', 'First percentile.'),
      col('p50', 'float64', 'Median.'),
      col('p99', 'float64', '99th percentile.'),
      col('partial', 'bool', 'Some chunks of the part are missing or broken.'),
    ],
  },
  {
    name: 'findings',
    doc: 'One row a finding of the policy that was checked.',
    columns: [
      ...FILE,
      must('finding_index', 'int32', 'Place in the list, from 0.'),
      col('policy', 'string', 'The policy.'),
      col('rule', 'string', 'The rule.'),
      col('severity', 'string', '`info`, `warn`, `error`.'),
      col('message', 'string', 'For people.'),
      col('where_json', 'string', 'JSON: part, channel, attribute.'),
      col('expected', 'string', 'JSON.'),
      col('actual', 'string', 'JSON.'),
      col('fix', 'string', 'JSON or text.'),
    ],
  },
];

export function tableNamed(name: TableName): Table {
  return TABLES.find((table) => table.name === name)!;
}

/** 384 of `vector384`, 0 of every other type. */
export function vectorLength(type: ColumnType): number {
  return type.startsWith('vector') ? Number(type.slice(6)) : 0;
}
