/** A report and its identity as rows of every table: plain objects, one key a column. */
import { embedChannels, embedMetadata, EMBEDDING_VERSION } from '../embed/index.ts';
import type { ExrReport, JsonValue, ReportAttribute } from '../report/index.ts';
import { withPartLayers } from '../channel-list/index.ts';
import { frameNameOf } from '../sequence/index.ts';
import type { TableName } from './columns.ts';
import { CELL_BYTES, cutText, fitsCell, head, sha256 } from './cut.ts';
import { fileIdOf, versionOf, wellFormed, type FileIdentity, type StoredVersion } from './identity.ts';

export type Cell = string | number | boolean | Float32Array | null;
export type Row = Record<string, Cell>;
export type FileRows = Readonly<Record<TableName, readonly Row[]>>;

/** One inspected file, as it goes into a store. */
export interface InspectedFile {
  readonly report: ExrReport;
  readonly identity: FileIdentity;
}

/** What decides whether anything must be written; no vector is computed for it. */
export function versionRowOf({ report, identity }: InspectedFile, now: string): StoredVersion & { readonly file_id: string } {
  return {
    file_id: fileIdOf(identity), version: versionOf(identity, report.file), header_hash: report.file.header_hash, status: statusOf(report), embedding_version: report.parts.length > 0 ? EMBEDDING_VERSION : null,
    has_stats: report.stats !== undefined, has_findings: report.validation !== undefined, bucket: identity.bucket, mtime: identity.mtime ?? report.file.mtime, sequencer: identity.sequencer ?? null, last_inspected: identity.observedAt ?? now,
    events: identity.event ?? null,
  };
}

function statusOf(report: ExrReport): string {
  return report.errors.length === 0 ? 'ok' : report.parts.length > 0 ? 'partial' : 'error';
}

/** All rows of one file. `now` (ISO 8601 in UTC) is when they are made; counting from an earlier inspection is the store's business. */
export function rowsOf(report: ExrReport, identity: FileIdentity, now: string = new Date().toISOString()): FileRows {
  const file = Object.assign(fileRowOf(report, identity, now), vectorsOf(report) ?? NO_VECTORS);
  const key = { file_id: file['file_id']!, file_path: file['file_path']! };
  const keyed = (rows: readonly Row[]): Row[] => rows.map((row) => Object.assign(row, key)); // rows made just now: nobody else has them
  const channels = keyed(channelRowsOf(report));
  if (channels[0]) channels[0]['channel_fingerprint'] = file['channel_embedding']!;
  return { files: [file], parts: keyed(partRowsOf(report)), channels, attributes: keyed([...attributeRowsOf(report)]), stats: keyed(statsRowsOf(report)), findings: keyed(findingRowsOf(report)) };
}

/** Without the vectors, which files share. */
export function fileRowOf(report: ExrReport, identity: FileIdentity, now: string, version = versionRowOf({ report, identity }, now)): Row {
  const file_path = wellFormed(identity.path);
  const error = report.errors[0];
  const normalized = normalizePath(file_path);
  const slash = normalized.lastIndexOf('/');
  const { file } = report;
  return {
    file_id: version.file_id, version: version.version, header_hash: version.header_hash, status: version.status, embedding_version: version.embedding_version, has_stats: version.has_stats, has_findings: version.has_findings,
    bucket: version.bucket, mtime: version.mtime, sequencer: version.sequencer, last_inspected: version.last_inspected, file_path, file_path_normalized: normalized, size_bytes: identity.sizeBytes ?? file.size_bytes, multipart_count: file.part_count, is_deep: file.is_deep,
    frame_number: file.frame_number, inspection_timestamp: now, inspection_count: 1, etag: identity.etag ?? null,
    error_code: error?.code ?? null, error_kind: error?.kind ?? null, error_message: error ? shortText(error.message) : null,
    directory: normalized.slice(0, Math.max(0, slash)) || (slash === 0 ? '/' : ''), file_name: normalized.slice(slash + 1), sequence: sequenceOf(normalized),
    channel_count: report.channels.length, header_bytes: file.header_bytes, exr_version: file.exr_version,
    validation_status: report.validation?.status ?? null, first_seen: version.last_inspected, deleted_at: null, inspector_version: report.tool.version, events: version.events,
    ...noteCells(report),
  };
}

function noteCells({ notes = [] }: { readonly notes?: ExrReport['notes'] }): { note_codes: string | null; note_message: string | null } {
  if (notes.length === 0) return { note_codes: null, note_message: null };
  return { note_codes: [...new Set(notes.map(({ code }) => code))].sort().join(','), note_message: wellFormed(notes[0]!.message) };
}

const NO_VECTORS = { metadata_embedding: null, channel_embedding: null };

/** The file's vectors; null when nothing could be read. */
export function vectorsOf(report: ExrReport): { metadata_embedding: Float32Array; channel_embedding: Float32Array } | null {
  return report.parts.length > 0 ? { metadata_embedding: embedMetadata(report), channel_embedding: embedChannels(report) } : null;
}

// The rows below are without file_id and file_path: frames of one sequence share them.

export function partRowsOf(report: ExrReport): Row[] {
  return report.parts.map((part) => ({
    part_index: part.index, width: part.width, height: part.height, display_width: part.display_window.x_max - part.display_window.x_min + 1, display_height: part.display_window.y_max - part.display_window.y_min + 1,
    data_x_offset: part.data_window.x_min, data_y_offset: part.data_window.y_min, part_name: text(part.name), view_name: text(part.view), multi_view: part.attributes.some(({ name }) => name === 'multiView'),
    data_window: JSON.stringify(part.data_window), display_window: JSON.stringify(part.display_window), pixel_aspect_ratio: Number(part.pixel_aspect_ratio), line_order: part.line_order, compression: part.compression,
    color_space: text(part.color_space), render_software: text(part.software), is_tiled: part.tile_width !== null, tile_width: part.tile_width, tile_height: part.tile_height, tile_depth: part.tile_width === null ? null : 1,
    is_deep: part.is_deep, part_type: part.type, level_mode: part.level_mode, rounding_mode: part.rounding_mode, level_count: part.level_count, chunk_count: part.chunk_count, timecode: part.timecode ?? null,
    frame_rate: part.frame_rate === null || part.frame_rate === undefined ? null : Number(part.frame_rate),
  }));
}

/** channel_fingerprint is left null: it is the file's. */
export function channelRowsOf(report: Pick<ExrReport, 'channels' | 'parts'>): Row[] {
  return withPartLayers(report.parts, report.channels).map((channel, index) => ({
    part_index: channel.part_index, channel_name: shortText(channel.name), layer_name: shortText(channel.layer), component_name: shortText(channel.component), channel_type: channel.type, x_sampling: channel.x_sampling,
    y_sampling: channel.y_sampling, channel_fingerprint: null, channel_index: index, view_name: text(channel.view), p_linear: channel.p_linear,
  }));
}

export function* attributeRowsOf(report: Pick<ExrReport, 'parts'>): Generator<Row> {
  for (const part of report.parts) for (const [index, attribute] of part.attributes.entries()) yield attributeRow(part.index, index, attribute, jsonCell(attribute.value));
}

/** The rows of attributeRowsOf, each behind a key that equal rows share: most frames have most of the last frame's attributes. */
export function eachAttributeRow(report: Pick<ExrReport, 'parts'>, use: (key: string, make: () => Row) => void): void {
  for (const part of report.parts) {
    part.attributes.forEach((attribute, index) => {
      const value = jsonCell(attribute.value);
      use(`${part.index}\0${index}\0${attribute.name}\0${attribute.type}\0${attribute.size}\0${value.sha256 ?? value.json}`, () => attributeRow(part.index, index, attribute, value));
    });
  }
}

export function statsRowsOf(report: ExrReport): Row[] {
  return (report.stats?.parts ?? []).flatMap((part) => part.channels.map((channel) => ({
    part_index: part.index, channel_name: shortText(channel.name), count: channel.count, nan_count: channel.nan, pos_inf_count: channel.pos_inf, neg_inf_count: channel.neg_inf, zero_count: channel.zero,
    negative_count: channel.negative, min: number(channel.min), max: number(channel.max), mean: number(channel.mean), stddev: number(channel.stddev), p01: number(channel.p01), p50: number(channel.p50), p99: number(channel.p99), partial: part.partial,
  })));
}

export function findingRowsOf(report: ExrReport): Row[] {
  return (report.validation?.findings ?? []).map((finding, index) => ({
    finding_index: index, policy: report.validation!.policy, rule: finding.rule, severity: finding.severity, message: shortText(finding.message), where_json: json(finding.where), expected: json(finding.expected), actual: json(finding.actual), fix: json(finding.fix),
  }));
}

/** Whatever a file says, as long as a cell may be. */
const shortText = (value: string): string => cutText(wellFormed(value));
const text = (value: string | null | undefined): string | null => (value === null || value === undefined ? null : shortText(value));
const number = (value: number | string | null): number | null => (value === null ? null : Number(value));
const json = (value: JsonValue | undefined): string | null => (value === undefined ? null : shortText(JSON.stringify(value)));

/** A value as JSON, as much of it as a cell holds; of what was cut its length in characters and its hash. */
interface JsonCell {
  readonly json: string | null;
  readonly sha256: string | null;
  readonly length: number | null;
}

function jsonCell(value: JsonValue | undefined): JsonCell {
  const json = value === undefined ? null : wellFormed(JSON.stringify(value));
  return json === null || fitsCell(json) ? { json, sha256: null, length: null } : { json: head(json, CELL_BYTES), sha256: sha256(json), length: json.length };
}

/** A report gives of a text that is longer than its limit the first bytes: they are the text, as far as it goes. */
function beginningOf(value: JsonValue, type: string): string | null {
  if (type !== 'string' || typeof value !== 'object' || value === null || !('truncated' in value) || !('data' in value)) return null;
  return `${new TextDecoder().decode(Buffer.from(String(value['data']), 'base64')).replace(/\ufffd+$/, '')}… [cut: ${String(value['length'])} bytes]`;
}

function attributeRow(part_index: number, attr_index: number, { name, type, size, value }: ReportAttribute, { json, sha256, length }: JsonCell): Row {
  const numeric = typeof value === 'number' ? value : typeof value === 'string' && type !== 'string' && /^(NaN|-?Infinity|-?\d+)$/.test(value) ? Number(value) : null;
  const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return {
    part_index, attr_name: shortText(name), attr_type: shortText(type), value_json: json, value_text: plain ? (sha256 === null ? wellFormed(String(value)) : head(wellFormed(String(value)), CELL_BYTES)) : beginningOf(value, type),
    value_int: numeric !== null && Number.isSafeInteger(numeric) ? numeric : null, value_float: numeric, attr_index, size_bytes: size, value_sha256: sha256, value_length: length,
  };
}

/** `/` between folders, no `.`, `..` or empty pieces; a leading `/`, a drive letter and a UNC host stay. Case is kept: file systems tell them apart. */
export function normalizePath(path: string): string {
  const windows = /^[A-Za-z]:[\\/]|^\\\\/.test(path);
  const slashed = windows ? path.replaceAll('\\', '/') : path;
  const root = slashed.startsWith('//') && windows ? '//' : slashed.startsWith('/') ? '/' : '';
  const pieces: string[] = [];
  for (const piece of slashed.split('/')) {
    if (piece === '' || piece === '.') continue;
    if (piece === '..' && pieces.length > 0 && pieces[pieces.length - 1] !== '..') pieces.pop();
    else if (piece !== '..' || root === '') pieces.push(piece);
  }
  return root + pieces.join('/');
}

/** `…/beauty.1001.exr` → `…/beauty.####.exr`, as the frame number of the name alone stands there; null without one. */
export function sequenceOf(path: string): string | null {
  const found = frameNameOf(path);
  return found && `${found.before}${'#'.repeat(found.width)}${found.after}`;
}
