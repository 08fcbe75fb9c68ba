import { append } from '../flow/index.ts';
import type { ExrReport, JsonValue, ReportChannel, ReportChannelStats, ReportPart } from '../report/index.ts';
import { changes, same, type Change } from './values.ts';

export interface DiffOptions {
  /** Two numbers of the statistics are the same when they differ by no more than this, relative to the larger. Default 0. */
  readonly tolerance?: number;
  /** Names of attributes that say nothing of how a frame looks (`capDate`): left out. Default: none. */
  readonly ignore?: readonly string[];
}

/** A pair of parts, or one that only one file has (the other index is null). */
export interface DiffPart {
  readonly before: number | null;
  readonly after: number | null;
  readonly name: string | null;
  /** Windows, compression, tiles … by the report's own keys. */
  readonly fields: readonly Change[];
  readonly attributes: readonly Change[];
  /** By full name; values are type and sampling, as in `half` or `half 2x2`. */
  readonly channels: readonly Change[];
  /** `R.mean`, `R.nan` …; of channels that both have, when both reports have statistics. */
  readonly stats: readonly Change[];
}

export interface ReportDiff {
  /** Nothing differs but the path, the time of writing and the packed size. */
  readonly same: boolean;
  /** True when both reports had statistics to compare. */
  readonly compared_stats: boolean;
  /** Parts with at least one difference. */
  readonly parts: readonly DiffPart[];
}

/** What of a part is compared beside its attributes. What an attribute says too is left to the attribute. */
const FIELDS = ['type', 'width', 'height', 'data_window', 'display_window', 'pixel_aspect_ratio', 'line_order', 'compression', 'tile_width', 'tile_height', 'level_mode', 'rounding_mode', 'view', 'color_space', 'software'] as const;
/** Attributes that the fields and the channel list have said already. */
const SAID = new Set(['type', 'dataWindow', 'displayWindow', 'pixelAspectRatio', 'lineOrder', 'compression', 'tiles', 'view', 'channels', 'name', 'chunkCount', 'version']);
const NUMBERS = ['count', 'nan', 'pos_inf', 'neg_inf', 'zero', 'negative', 'min', 'max', 'mean', 'stddev', 'p01', 'p50', 'p99'] as const;

/**
 * Compares report with report. Parts are paired by name where every part of both files has one of its own, else by index. Pure; the same two reports
 * give the same difference.
 */
export function diffReports(before: ExrReport, after: ExrReport, options: DiffOptions = {}): ReportDiff {
  const comparedStats = before.stats !== undefined && after.stats !== undefined;
  const parts = pairs(before.parts, after.parts)
    .map(([a, b]) => diffPart(before, after, a, b, comparedStats, options))
    .filter((part) => part.before === null || part.after === null || part.fields.length + part.attributes.length + part.channels.length + part.stats.length > 0);
  return { same: parts.length === 0, compared_stats: comparedStats, parts };
}

function pairs(before: readonly ReportPart[], after: readonly ReportPart[]): [ReportPart | null, ReportPart | null][] {
  const named = (parts: readonly ReportPart[]): boolean => parts.every(({ name }) => name !== null) && new Set(parts.map(({ name }) => name)).size === parts.length;
  if (before.length + after.length > 2 && named(before) && named(after)) {
    const other = new Map(after.map((part) => [part.name, part]));
    const names = new Set(before.map(({ name }) => name));
    return [...before.map((part): [ReportPart, ReportPart | null] => [part, other.get(part.name) ?? null]), ...after.filter(({ name }) => !names.has(name)).map((part): [null, ReportPart] => [null, part])];
  }
  return Array.from({ length: Math.max(before.length, after.length) }, (_, i) => [before[i] ?? null, after[i] ?? null]);
}

function diffPart(before: ExrReport, after: ExrReport, a: ReportPart | null, b: ReportPart | null, comparedStats: boolean, options: DiffOptions): DiffPart {
  const found = { before: a?.index ?? null, after: b?.index ?? null, name: a?.name ?? b?.name ?? null };
  if (!a || !b) return { ...found, fields: [], attributes: [], channels: [], stats: [] };
  const renamed: Change[] = a.name === b.name ? [] : [{ name: 'name', before: a.name, after: b.name }];
  return {
    ...found,
    fields: [...renamed, ...changes(fieldsOf(a), fieldsOf(b))],
    attributes: changes(attributesOf(a, options), attributesOf(b, options)),
    channels: changes(channelsOf(before, a), channelsOf(after, b)),
    stats: comparedStats ? diffStats(before, after, a, b, options.tolerance ?? 0) : [],
  };
}

function fieldsOf(part: ReportPart): Map<string, JsonValue> {
  return new Map(FIELDS.map((name) => [name, part[name] as JsonValue]));
}

/** Type and value: a string that became a float is a difference even where both are written alike. */
function attributesOf(part: ReportPart, { ignore = [] }: DiffOptions): Map<string, JsonValue> {
  const left = part.attributes.filter(({ name }) => !SAID.has(name) && !ignore.includes(name));
  return new Map(left.map(({ name, type, value }) => [name, { type, value }]));
}

function channelsOf(report: ExrReport, part: ReportPart): Map<string, JsonValue> {
  const mine = report.channels.filter((channel) => channel.part_index === part.index);
  return new Map(mine.map((channel) => [channel.name, channelText(channel)]));
}

function channelText({ type, x_sampling: x, y_sampling: y }: ReportChannel): string {
  return x === 1 && y === 1 ? type : `${type} ${x}x${y}`;
}

function diffStats(before: ExrReport, after: ExrReport, a: ReportPart, b: ReportPart, tolerance: number): Change[] {
  const left = channelStats(before, a.index);
  const right = channelStats(after, b.index);
  const found: Change[] = [];
  for (const [name, mine] of left) {
    const other = right.get(name);
    if (!other) continue;
    const numbers = (stats: ReportChannelStats): Map<string, JsonValue> => new Map(NUMBERS.map((key) => [`${name}.${key}`, stats[key]]));
    append(found, changes(numbers(mine), numbers(other), (x, y) => close(x, y, tolerance)));
  }
  return found;
}

function channelStats(report: ExrReport, index: number): Map<string, ReportChannelStats> {
  const part = report.stats?.parts.find((each) => each.index === index);
  return new Map((part?.channels ?? []).map((channel) => [channel.name, channel]));
}

function close(a: JsonValue, b: JsonValue, tolerance: number): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return same(a, b);
  return a === b || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}
