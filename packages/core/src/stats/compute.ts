/** Statistics of a file: which parts, channels and pixels, in how many passes, and what comes out. */
import { intersect, readChunkIndex, type ChunkedFile, type ChunkIndex, type ChunkInfo, type LevelIndex, type PartGeometry } from '../chunks/index.ts';
import { ExrError } from '../errors.ts';
import type { Box2i, Channel } from '../header/types.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { processChunks, type ProcessOutcome, type RunOptions, type Selection, type SkippedChunk } from '../pixels/index.ts';
import type { ReportPartStats, ReportSkippedChunk } from '../report/index.ts';
import { accumulatorBytes } from './accumulator.ts';
import { finishChannelStats, type ChannelStats } from './channel-stats.ts';
import { finishDeepStats, type DeepStats, type DepthChannels } from './deep.ts';
import { isSampled } from './rows.ts';
import { chosenChannels, type ChannelChoice } from './select.ts';
import { mergePartTotals, statsTask, type PartMeasure, type PartTotals } from './task.ts';

export interface StatsOptions extends RunOptions, ChannelChoice {
  /** Indices of parts; all when absent. */
  readonly parts?: readonly number[] | undefined;
  /** Only pixels inside, in the coordinates of the level. */
  readonly region?: Box2i | undefined;
  /** Default (0, 0). A part without that level is left out, unless it was asked for by its index. */
  readonly level?: LevelIndex | undefined;
  /** Measures every n-th row of each channel, from the first of the data window. Default 1. */
  readonly stride?: number | undefined;
  /** Measures deep parts too. Default false: they are left out. */
  readonly deep?: boolean | undefined;
}

export interface PartStats extends ReportPartStats {
  readonly channels: readonly ChannelStats[];
  readonly deep?: DeepStats;
}

export interface FileStats {
  readonly parts: readonly PartStats[];
}

// Tables of one pass: those of about 250 half channels. Parts with more are decoded several times.
const PASS_BYTES = 64 * 2 ** 20;
// Skipped chunks that a part names; skipped_count says how many there are when there are more.
const SKIPPED_NAMED = 1000;
const PIXEL_TYPE = { uint: 0, half: 1, float: 2 } as const;

/**
 * Reads and measures every pixel that is asked for. Chunks that are missing or cannot be decoded are named in `skipped` and make a part `partial`
 * (with `failFast` the first one is thrown). The result depends neither on the number of threads nor on the order of chunks.
 * Throws INVALID_ARGUMENT when a part, level, channel, layer or region is not in the file, `signal.reason` when cancelled, and
 * what reading throws.
 */
export async function computeStats(file: ChunkedFile, options: StatsOptions = {}): Promise<FileStats> {
  const { stride = 1, limits = DEFAULT_LIMITS, signal } = options;
  const { name } = file.source;
  if (!(Number.isInteger(stride) && stride >= 1 && stride < 2 ** 31)) throw new ExrError('INVALID_ARGUMENT', `${name}: stride ${stride}, expected a whole number from 1 up`, { source: name });
  const index = options.index ?? (await readChunkIndex(file, { signal, limits }));
  const measured = measuredParts(index, options, name);
  const passes = planPasses(measured);
  const totals = new Map<number, PartTotals[]>();
  const skipped = new Map<number, { list: ReportSkippedChunk[]; count: number }>();
  for (const pass of passes) {
    const outcome = await runPass(file, index, pass, options, (chunk) => note(skipped, pass, chunk));
    for (const { measure, part } of pass) {
      const types = measure.channels.map((channel) => part.channels[channel]!.pixelType);
      const merged = mergePartTotals(measure, types, outcome.finals);
      totals.set(part.index, [...(totals.get(part.index) ?? []), merged]);
    }
  }
  return { parts: measured.map((each) => finishPart(each, totals.get(each.part.index) ?? [], skipped.get(each.part.index))) };
}

/** A part, what is measured of it, and in which pass its chunks are counted. */
interface Measured {
  readonly part: PartGeometry;
  readonly measure: PartMeasure;
  readonly level: LevelIndex;
  readonly region: Box2i | undefined;
  /** False in the second and later passes over a part. */
  readonly firstPass: boolean;
}

function measuredParts(index: ChunkIndex, options: StatsOptions, name: string): Measured[] {
  const { level = { x: 0, y: 0 }, stride = 1, region } = options;
  const asked = options.parts ?? index.grids.map((_, i) => i);
  const measured: Measured[] = [];
  let meetsRegion = region === undefined;
  const refuse = (what: string): never => {
    throw new ExrError('INVALID_ARGUMENT', `${name}: ${what}`, { source: name });
  };
  let [levels, channelsSeen] = [0, 0];
  for (const number of [...new Set(asked)].sort((a, b) => a - b)) {
    const grid = index.grids[number] ?? refuse(`part ${number}, expected one of 0 to ${index.grids.length - 1}`);
    const { part } = grid;
    const window = grid.level(level.x, level.y)?.window;
    if (!window) {
      if (options.parts) refuse(`part ${number} has no level ${level.x},${level.y}, expected up to ${grid.levels.at(-1)!.x},${grid.levels.at(-1)!.y}`);
      continue;
    }
    levels++;
    const channels = chosenChannels(part.channels.map((channel) => channel.name), options);
    channelsSeen += channels.length;
    if (region && intersect(window, region)) meetsRegion = true;
    if (part.isDeep && !options.deep) continue;
    if (channels.length === 0 && part.channels.length > 0) continue;
    const sampling = { region: region ?? window, stride, yMin: window.yMin };
    const measure: PartMeasure = { part: number, channels, sampling, deepFacts: part.isDeep, depth: part.isDeep ? depthChannels(part.channels) : null };
    measured.push({ part, measure, level, region, firstPass: true });
  }
  if (levels === 0 && asked.length > 0) refuse(`no part has a level ${level.x},${level.y}`);
  if (channelsSeen === 0 && (options.channels || options.layer !== undefined)) {
    const known = index.grids.flatMap(({ part }) => part.channels.map((channel) => channel.name)).slice(0, 40).join(', ');
    refuse(`no channel ${[...(options.channels ?? []), ...(options.layer === undefined ? [] : [`of layer "${options.layer}"`])].join(', ')}, expected some of ${known}`);
  }
  if (!meetsRegion) refuse(`region (${region!.xMin}, ${region!.yMin}) to (${region!.xMax}, ${region!.yMax}) lies outside every data window`);
  return measured;
}

function depthChannels(channels: readonly Channel[]): DepthChannels | null {
  const find = (name: string): number => channels.findIndex((channel) => channel.name === name && channel.pixelType !== 'uint');
  const z = find('Z');
  return z < 0 ? null : { z, zBack: find('ZBack') };
}

/** Cuts the work into passes whose tables fit; a part's further channels are measured in a further pass over its chunks. */
function planPasses(measured: readonly Measured[]): Measured[][] {
  const passes: Measured[][] = [];
  let pass: Measured[] = [];
  let held = 0;
  const next = (): void => {
    if (pass.length > 0) passes.push(pass);
    pass = [];
    held = 0;
  };
  for (const each of measured) {
    let channels: number[] = [];
    let firstPass = true;
    const put = (): void => {
      pass.push({ ...each, firstPass, measure: { ...each.measure, channels, deepFacts: each.measure.deepFacts && firstPass } });
      channels = [];
      firstPass = false;
    };
    if (each.part.isDeep) held += accumulatorBytes(0);
    for (const channel of each.measure.channels) {
      const bytes = accumulatorBytes(PIXEL_TYPE[each.part.channels[channel]!.pixelType]);
      if (held + bytes > PASS_BYTES && (channels.length > 0 || pass.length > 0)) {
        if (channels.length > 0) put();
        next();
        if (each.part.isDeep) held += accumulatorBytes(0);
      }
      held += bytes;
      channels.push(channel);
    }
    put();
  }
  next();
  return passes;
}

function runPass(
  file: ChunkedFile, index: ChunkIndex, pass: readonly Measured[], options: StatsOptions, onSkipped: (chunk: SkippedChunk) => void,
): Promise<ProcessOutcome<readonly PartTotals[]>> {
  const selections = pass.map(({ part, measure, level, region }): Selection => {
    const samplings = [...new Set(measure.channels.map((channel) => part.channels[channel]!.ySampling))];
    const all = measure.channels.length === part.channels.length;
    const keep = measure.sampling.stride === 1 ? undefined : (info: ChunkInfo) => samplings.some((ySampling) => isSampled(measure.sampling, ySampling, info.box));
    return { part: part.index, level, region, keep, channels: all ? undefined : measure.channels.map((channel) => part.channels[channel]!.name) };
  });
  const { signal, onProgress, threads, threadWorth, limits, failFast } = options;
  return processChunks(
    { file, selections, index, onSkipped, signal, onProgress, threads, threadWorth, limits, failFast },
    statsTask,
    pass.map(({ measure }) => measure),
  );
}

/** Names a skipped chunk once, in whichever pass its part is read first. */
function note(skipped: Map<number, { list: ReportSkippedChunk[]; count: number }>, pass: readonly Measured[], { part, chunk, code, message }: SkippedChunk): void {
  if (!pass.find((each) => each.part.index === part)!.firstPass) return;
  let mine = skipped.get(part);
  if (!mine) skipped.set(part, (mine = { list: [], count: 0 }));
  if (mine.count++ < SKIPPED_NAMED) mine.list.push({ chunk, code, message });
}

function finishPart({ part, measure }: Measured, totals: readonly PartTotals[], skipped: { list: ReportSkippedChunk[]; count: number } | undefined): PartStats {
  const merged = totals.flatMap((each) => each.channels);
  const deep = totals.find((each) => each.deep)?.deep;
  return {
    index: part.index,
    partial: skipped !== undefined,
    skipped: skipped?.list ?? [],
    ...(skipped && skipped.count > skipped.list.length ? { skipped_count: skipped.count } : {}),
    channels: measure.channels.map((channel, i) => finishChannelStats(part.channels[channel]!.name, merged[i]!)),
    ...(deep ? { deep: finishDeepStats(deep, (measure.depth?.zBack ?? -1) >= 0) } : {}),
  };
}
