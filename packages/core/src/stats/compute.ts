/** Statistics of a file: a run of the streaming engine for each pass, and what comes out. */
import { usableIndex, type ChunkedFile, type ChunkIndex, type ChunkInfo } from '../chunks/index.ts';
import { ExrError, type ExrErrorCode } from '../errors.ts';
import { putUnder, turns } from '../flow/index.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { processChunks, type ProcessOutcome, type Selection, type SkippedChunk } from '../pixels/index.ts';
import type { ReportPartStats, ReportSkippedChunk } from '../report/index.ts';
import { finishChannelStats, type ChannelStats } from './channel-stats.ts';
import { finishDeepStats, type DeepStats } from './deep.ts';
import { measuredParts, planPasses, type Measured, type StatsOptions } from './measure.ts';
import { isSampled } from './rows.ts';
import { mergePartTotals, statsTask, totalsByPart, type PartTotals } from './task.ts';

export interface PartStats extends ReportPartStats {
  readonly channels: readonly ChannelStats[];
  readonly deep?: DeepStats;
  /**
   * Why nothing of this part could be measured (its chunks cannot be found); then it is partial and has no channels.
   */
  readonly unreadable?: { readonly code: ExrErrorCode; readonly message: string };
}

export interface FileStats {
  readonly parts: readonly PartStats[];
}

// Skipped chunks that a part names; skipped_count says how many there are when there are more.
const SKIPPED_NAMED = 1000;

/**
 * Reads and measures every pixel that is asked for. Chunks that are missing or cannot be decoded are named in `skipped`
 * and make a part `partial` (with `failFast` the first one is thrown). The result depends neither on the number of
 * threads nor on the order of chunks. Throws INVALID_ARGUMENT when a part, level, channel, layer or region is not in
 * the file, `signal.reason` when cancelled, and what reading throws.
 */
export async function computeStats(file: ChunkedFile, options: StatsOptions = {}): Promise<FileStats> {
  const { stride = 1, limits = file.limits ?? DEFAULT_LIMITS, signal } = options;
  const { name } = file.source;
  if (!(Number.isInteger(stride) && stride >= 1 && stride < 2 ** 31))
    throw new ExrError('INVALID_ARGUMENT', `${name}: stride ${stride}, expected a whole number from 1 up`, {
      source: name,
    });
  const index = options.index ?? (await usableIndex(file, { signal, limits })).index;
  const { measured, unreadable } = measuredParts(index, options, name);
  const passes = planPasses(measured, (part) => holdsSomething(index, part));
  const totals = new Map<number, PartTotals[]>();
  const skipped = new Map<number, { list: ReportSkippedChunk[]; count: number }>();
  const decoded = decodedOnce(passes);
  for (const pass of passes) {
    const firsts = new Set(pass.flatMap(({ part, firstPass }) => (firstPass ? [part.index] : [])));
    const outcome = await runPass(file, index, pass, options, decoded, (chunk) => note(skipped, firsts, chunk));
    const byPart = totalsByPart(outcome.finals);
    const turn = turns(signal);
    for (const { measure, part } of pass) {
      const types = measure.channels.map((channel) => part.channels[channel]!.pixelType);
      const merged = mergePartTotals(measure, types, byPart.get(part.index) ?? []);
      putUnder(totals, part.index, merged);
      await turn();
    }
  }
  const parts: PartStats[] = [];
  const turn = turns(signal);
  for (const each of measured) {
    parts.push(finishPart(each, totals.get(each.part.index) ?? [], skipped.get(each.part.index)));
    await turn();
  }
  const lost = unreadable.map(({ part, fault: { code, message } }): PartStats => ({
    index: part,
    partial: true,
    skipped: [],
    channels: [],
    unreadable: { code, message },
  }));
  return { parts: [...parts, ...lost].sort((a, b) => a.index - b.index) };
}

/** Whether any chunk of a part may be in the file. */
function holdsSomething({ tables, tablesEnd, fileSize }: ChunkIndex, part: number): boolean {
  return tables[part]!.offsets.some((offset) => offset >= tablesEnd && offset < fileSize);
}

/** A list for each part of several passes: what its first pass could decode is all that the others have to look at. */
function decodedOnce(passes: readonly (readonly Measured[])[]): Map<number, number[]> {
  const later = passes.flatMap((pass) => pass.filter((each) => !each.firstPass));
  return new Map(later.map(({ part }) => [part.index, []]));
}

function runPass(
  file: ChunkedFile,
  index: ChunkIndex,
  pass: readonly Measured[],
  options: StatsOptions,
  decoded: ReadonlyMap<number, number[]>,
  onSkipped: (chunk: SkippedChunk) => void,
): Promise<ProcessOutcome<readonly PartTotals[]>> {
  const selections = pass.map(({ part, measure, level, region, firstPass }): Selection => {
    const samplings = [...new Set(measure.channels.map((channel) => part.channels[channel]!.ySampling))];
    const all = measure.channels.length === part.channels.length;
    const keep =
      measure.sampling.stride === 1
        ? undefined
        : (info: ChunkInfo) => samplings.some((ySampling) => isSampled(measure.sampling, ySampling, info.box));
    return {
      part: part.index,
      level,
      region,
      keep,
      among: firstPass ? undefined : decoded.get(part.index),
      channels: all ? undefined : measure.channels.map((channel) => part.channels[channel]!.name),
    };
  });
  const { signal, onProgress, threads, threadWorth, limits, failFast } = options;
  const lists = new Map(pass.flatMap(({ part, firstPass }) => (firstPass ? [[part.index, decoded.get(part.index)]] : [])));
  const onChunk = (_: null, { part, index: chunk }: ChunkInfo): void => void lists.get(part)?.push(chunk);
  const gathers = [...lists.values()].some((list) => list !== undefined);
  return processChunks(
    {
      file,
      selections,
      index,
      ...(gathers && { onChunk }),
      onSkipped,
      signal,
      onProgress,
      threads,
      threadWorth,
      limits,
      failFast,
    },
    statsTask,
    pass.flatMap(({ measure, empty }) => (empty ? [] : [measure])),
  );
}

/** Names a skipped chunk once, in whichever pass its part is read first. */
function note(
  skipped: Map<number, { list: ReportSkippedChunk[]; count: number }>,
  firsts: ReadonlySet<number>,
  { part, chunk, count, code, message }: SkippedChunk,
): void {
  if (!firsts.has(part)) return;
  let mine = skipped.get(part);
  if (!mine) skipped.set(part, (mine = { list: [], count: 0 }));
  if (mine.count < SKIPPED_NAMED) mine.list.push({ chunk, code, message });
  mine.count += count;
}

function finishPart(
  { part, measure }: Measured,
  totals: readonly PartTotals[],
  skipped: { list: ReportSkippedChunk[]; count: number } | undefined,
): PartStats {
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
