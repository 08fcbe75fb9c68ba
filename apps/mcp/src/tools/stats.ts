import { type ChannelStats, computeStats, type ExrFile, type JsonNumber, mapInOrder, type PartStats, greatest } from '@exr/core';
import { z } from 'zod';
import { ToolError } from '../answer/error.ts';
import { page, pageText } from '../answer/page.ts';
import { name, number, safe, withoutName } from '../answer/text.ts';
import { resourceUri } from '../resource-uri.ts';
import { checkPart, type FrameRef, isFileFault, reasonOf, targetOf, withFile } from './files.ts';
import { type Answer, boxOutput, type Call, cursorInput, defineTool, framesInput, jsonNumber, manyPathInput, nextCursor, partInput, regionInput, untrusted } from './tool.ts';

const value = jsonNumber.nullable();
const place = z.object({ x: z.number(), y: z.number() });

export const stats = defineTool({
  name: 'exr_stats',
  title: 'Measure pixel values',
  heavy: true,
  description:
    'Exact statistics of pixel values, channel by channel: min, max, mean, stddev, percentiles, how many NaN, infinities, zeros and negatives, and where they are (x, y). Decodes every pixel. For a sequence or folder: one line a frame (NaN, Inf, missing chunks, whether it is black, mean and max of the colours) with the frames that stand out. Examples: {"path":"a.exr","channels":["diffuse.*"]}, {"path":"sh010/beauty.####.exr","frames":"1001-1010"}',
  input: z.strictObject({
    path: manyPathInput, frames: framesInput, part: partInput.describe('Index of the part; default: all parts'),
    channels: z.array(z.string().min(1).max(300)).max(64).optional().describe('Full channel names or patterns of * and ?. Example: ["R","diffuse.*"]'),
    layer: z.string().max(300).optional().describe('Only this layer; "" is the base layer (R, G, B, A)'),
    region: regionInput.optional(), cursor: cursorInput,
  }),
  output: z.object({
    path: z.string(), partial: z.boolean().describe('True when chunks are missing or broken: their pixels are not in the numbers'),
    channels: z.array(z.object({
      part: z.number(), name: z.string(), count: z.number(), nan: z.number(), pos_inf: z.number(), neg_inf: z.number(), zero: z.number(), negative: z.number(),
      min: value, max: value, mean: value, stddev: value, p01: value, p50: value, p99: value, min_at: place.optional(), max_at: place.optional(),
      nonfinite_at: z.array(z.object({ x: z.number(), y: z.number(), value: jsonNumber })).optional().describe('The first NaN and infinities'), nonfinite_bounds: boxOutput.optional(),
    })).optional(),
    deep: z.array(z.object({ part: z.number(), total_samples: z.union([z.number(), z.string()]), max_samples: z.number(), empty_pixels: z.number() })).optional(),
    skipped: z.array(z.string()).describe('Chunks or files that could not be measured, and why'),
    files: z.array(z.object({
      path: z.string(), frame: z.number().nullable(), nan: z.number(), inf: z.number(), black: z.boolean().describe('All colour values are 0'), missing_chunks: z.number(), mean: value, max: value, error: z.string().optional(),
    })).optional().describe('Several files'),
    outliers: z.array(z.string()).optional().describe('Several files: frames that stand out, and why'),
    total: z.number(), next_cursor: nextCursor, note: untrusted,
  }),
  async run(args, call) {
    const target = await targetOf(args.path, args.frames, call);
    return target.kind === 'file' ? one(target.file, args, call) : several(target.shown, target.files, args, call);
  },
});

interface StatsArgs {
  path: string; frames?: string | undefined; part?: number | undefined; channels?: string[] | undefined; layer?: string | undefined; cursor?: string | undefined;
  region?: { x_min: number; y_min: number; x_max: number; y_max: number } | undefined;
}

async function measure(file: ExrFile, { part, channels, layer, region }: StatsArgs, call: Call, onProgress?: (share: number) => void) {
  checkPart(file, part);
  if (!file.complete) throw new ToolError(`the header cannot be read to its end, so the pixels cannot be found: ${safe(file.problems[0]?.message ?? '', 300)}`);
  return computeStats(file, {
    limits: call.limits, signal: call.signal, deep: true, channels, layer, ...(part !== undefined && { parts: [part] }),
    ...(region && { region: { xMin: region.x_min, yMin: region.y_min, xMax: region.x_max, yMax: region.y_max } }),
    ...(onProgress && { onProgress: ({ chunks, totalChunks }: { chunks: number; totalChunks: number }) => onProgress(totalChunks === 0 ? 1 : chunks / totalChunks) }),
  });
}

interface Row {
  part: number; name: string; count: number; nan: number; pos_inf: number; neg_inf: number; zero: number; negative: number;
  min: JsonNumber | null; max: JsonNumber | null; mean: JsonNumber | null; stddev: JsonNumber | null; p01: JsonNumber | null; p50: JsonNumber | null; p99: JsonNumber | null;
  min_at?: { x: number; y: number }; max_at?: { x: number; y: number }; nonfinite_at?: { x: number; y: number; value: JsonNumber }[]; nonfinite_bounds?: { x_min: number; y_min: number; x_max: number; y_max: number };
}

async function one(ref: FrameRef, args: StatsArgs, call: Call) {
  return withFile(call, ref.path, async (file, { version }, turn) => {
    let passes = 0;
    let before = 0;
    const measured = await measure(file, args, turn, (share) => {
      if (share < before) passes++; // many channels take several passes, and each counts from 0
      before = share;
      call.progress.report((passes + share) * 100, passes === 0 ? 100 : undefined);
    });
    const rows = measured.parts.flatMap((part) => part.channels.map((channel) => rowOf(part, channel)));
    const partial = measured.parts.some((part) => part.partial);
    const skipped = measured.parts.flatMap((part) => skippedTexts(part, ref.shown)).slice(0, 8);
    const deep = measured.parts.flatMap((part) => (part.deep ? [{ part: part.index, total_samples: part.deep.total_samples, max_samples: part.deep.max_samples, empty_pixels: part.deep.empty_pixels }] : [])).slice(0, 20);
    if (rows.length === 0 && skipped.length === 0) throw new ToolError(`No channel matches. Channels are ${channelNames(file, args.part)}.`);
    const several = file.parts.length > 1;
    const shown = page(rows, { cursor: args.cursor, of: [args.path, args.part, args.channels, args.layer, args.region, version], cost: (row) => rowText(row, several) + JSON.stringify(row), tokens: 5000 });
    const lines = [
      `${name(ref.shown, 300)}: ${rows.length} channels${args.region ? ' in the region' : ''}${partial ? '; PARTIAL: some chunks are not in these numbers' : ''}`, ...shown.items.map((row) => rowText(row, several)), pageText(shown, 'channels'),
      ...deep.map((each) => `part ${each.part} is deep: ${each.total_samples} samples, at most ${each.max_samples} in a pixel, ${each.empty_pixels} pixels without any`), ...skipped.map((text) => `skipped: ${text}`),
    ];
    return {
      text: lines.filter((line) => line !== '').join('\n'),
      data: { path: ref.shown, partial, channels: [...shown.items], ...(deep.length > 0 && { deep }), skipped, total: rows.length, next_cursor: shown.next, note: '' },
      links: rows.some((row) => row.nonfinite_at) ? [{ uri: resourceUri('preview', ref.shown), name: 'preview', mimeType: 'image/png', description: 'A picture with NaN and infinities marked' }] : [],
    } satisfies Answer;
  });
}

function channelNames(file: ExrFile, part: number | undefined): string {
  const names = file.parts.filter(({ index }) => part === undefined || index === part).flatMap((each) => each.channels.map((channel) => channel.name));
  return `${names.slice(0, 30).map((each) => name(each)).join(', ')}${names.length > 30 ? ` and ${names.length - 30} more` : ''}`;
}

function rowOf(part: PartStats, channel: ChannelStats): Row {
  const { count, nan, pos_inf, neg_inf, zero, negative, min, max, mean, stddev, p01, p50, p99 } = channel;
  return {
    part: part.index, name: safe(channel.name, 80), count, nan, pos_inf, neg_inf, zero, negative, min, max, mean, stddev, p01, p50, p99,
    ...(channel.min_at && { min_at: channel.min_at }), ...(channel.max_at && { max_at: channel.max_at }),
    ...(channel.first_nonfinite.length > 0 && { nonfinite_at: channel.first_nonfinite.slice(0, 4).map(({ x, y, value: what }) => ({ x, y, value: what })) }),
    ...(channel.nonfinite_bounds && { nonfinite_bounds: channel.nonfinite_bounds }),
  };
}

function rowText(row: Row, several: boolean): string {
  const odd = [row.nan && `${row.nan} NaN`, row.pos_inf && `${row.pos_inf} +Inf`, row.neg_inf && `${row.neg_inf} -Inf`, row.negative && `${row.negative} negative`, row.zero && `${row.zero} zero`].filter(Boolean);
  const box = row.nonfinite_bounds;
  const where = row.nonfinite_at ? `; not finite: ${row.nonfinite_at.map(({ x, y, value: what }) => `${what} at (${x},${y})`).join(', ')}${box ? `, all within (${box.x_min},${box.y_min})-(${box.x_max},${box.y_max})` : ''}` : '';
  const at = row.max_at && row.min !== row.max ? ` at (${row.max_at.x},${row.max_at.y})` : '';
  return `${several ? `[${row.part}] ` : ''}${name(row.name)}: min ${number(row.min)}, max ${number(row.max)}${at}, mean ${number(row.mean)}, sd ${number(row.stddev)}, p01 ${number(row.p01)}, p50 ${number(row.p50)}, p99 ${number(row.p99)}; ${row.count} values${odd.length ? ` (${odd.join(', ')})` : ''}${where}`;
}

function skippedTexts(part: PartStats, shown: string): string[] {
  if (part.unreadable) return [`part ${part.index}: ${safe(part.unreadable.message, 200)}`];
  const count = part.skipped_count ?? part.skipped.length;
  return [...part.skipped.slice(0, 2).map(({ message, chunk, code }) => safe(withoutName(message ?? `chunk ${chunk}: ${code}`, name(shown, 300)), 200)), ...(count > 2 ? [`part ${part.index}: ${count - 2} more chunks`] : [])];
}

interface FileRow {
  path: string; frame: number | null; nan: number; inf: number; black: boolean; missing_chunks: number; mean: number | null; max: number | null; error?: string;
}

async function several(shown: string, files: readonly FrameRef[], args: StatsArgs, call: Call) {
  const rows: FileRow[] = [];
  // Two at a time: one decodes on all threads while the next one is being opened and read.
  const results = mapInOrder(files, 2, async (ref): Promise<FileRow> => {
    call.signal.throwIfAborted();
    try {
      return await withFile(call, ref.path, async (file, _, turn) => fileRow(ref, file, (await measure(file, args, turn)).parts));
    } catch (error) {
      if (!isFileFault(error, call.signal)) throw error;
      return { path: ref.shown, frame: ref.frame, nan: 0, inf: 0, black: false, missing_chunks: 0, mean: null, max: null, error: reasonOf(error) };
    }
  });
  for await (const row of results) {
    rows.push(row);
    call.progress.report(rows.length, files.length, `${rows.length} of ${files.length} files`);
  }
  const outliers = outliersOf(rows);
  const lineOf = (row: FileRow): string => `${name(row.path, 300)}: ${row.error ?? `mean ${number(row.mean)}, max ${number(row.max)}, ${row.nan} NaN, ${row.inf} Inf${row.black ? ', black' : ''}${row.missing_chunks ? `, ${row.missing_chunks} chunks missing` : ''}`}`;
  const listed = page(rows, { cursor: args.cursor, of: [args.path, args.frames, args.part, args.channels, args.layer, args.region, files.length], cost: (row) => lineOf(row) + JSON.stringify(row), tokens: 5000 });
  const lines = [`${name(shown, 300)}: ${rows.length} files measured`, ...outliers.map((text) => `! ${text}`), ...listed.items.map(lineOf), pageText(listed, 'files')];
  return {
    text: lines.filter((line) => line !== '').join('\n'),
    data: { path: shown, partial: rows.some((row) => row.missing_chunks > 0), files: [...listed.items], outliers, skipped: rows.filter((row) => row.error).slice(0, 8).map((row) => `${name(row.path, 300)}: ${row.error}`), total: rows.length, next_cursor: listed.next, note: '' },
  } satisfies Answer;
}

const COLOUR = /(^|\.)(r|g|b|y|red|green|blue)$/i;

function fileRow(ref: FrameRef, file: ExrFile, parts: readonly PartStats[]): FileRow {
  const all = parts.flatMap((part) => part.channels);
  const colours = all.filter((channel) => COLOUR.test(channel.name));
  const counted = colours.length > 0 ? colours : all;
  const sum = (pick: (channel: ChannelStats) => number, of = all): number => of.reduce((total, channel) => total + pick(channel), 0);
  const finite = sum((channel) => channel.finite, counted);
  const maxima = counted.flatMap(({ max }) => (typeof max === 'number' ? [max] : []));
  const weighted = sum((channel) => (typeof channel.mean === 'number' ? channel.mean * channel.finite : 0), counted);
  return {
    path: ref.shown, frame: ref.frame, nan: sum(({ nan }) => nan), inf: sum(({ pos_inf, neg_inf }) => pos_inf + neg_inf), black: counted.length > 0 && counted.every(({ count, zero }) => count > 0 && zero === count),
    missing_chunks: parts.reduce((total, part) => total + (part.skipped_count ?? part.skipped.length), 0), mean: finite > 0 ? weighted / finite : null, max: maxima.length > 0 ? greatest(maxima, Number) : null,
  };
}

/** Frames that are not like the others, the plainest reason first. */
function outliersOf(rows: readonly FileRow[]): string[] {
  const found: string[] = [];
  const say = (what: string, some: readonly FileRow[]): void => {
    if (some.length === 0) return;
    const shown = some.slice(0, 12).map((row) => (row.frame === null ? name(row.path, 120) : String(row.frame)));
    found.push(`${what}: ${some.length} of ${rows.length} (${shown.join(', ')}${some.length > 12 ? ', …' : ''})`);
  };
  say('could not be read', rows.filter((row) => row.error));
  say('chunks missing', rows.filter((row) => row.missing_chunks > 0));
  say('NaN or Inf', rows.filter((row) => row.nan + row.inf > 0));
  say('black', rows.filter((row) => row.black));
  const means = rows.flatMap(({ mean }) => (mean === null ? [] : [mean])).sort((a, b) => a - b);
  const middle = means[means.length >> 1];
  if (means.length >= 5 && middle !== undefined && middle > 0) say('mean more than twice or less than half of the median', rows.filter(({ mean, black }) => !black && mean !== null && (mean > 2 * middle || mean < middle / 2)));
  return found;
}
