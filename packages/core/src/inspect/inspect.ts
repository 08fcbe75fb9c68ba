import { sizeAfter, type ByteSource } from '../bytes/index.ts';
import { highlightNotes, rebuiltNote, usableIndex } from '../chunks/index.ts';
import { ExrError, isExrError, kindOf, type ExrErrorCode } from '../errors.ts';
import { meantName, openExr, type ExrFile } from '../header/index.ts';
import type { Limits } from '../limits.ts';
import type { ExrNote } from '../notes.ts';
import { buildFailedReport, buildReportInTurns, type ExrReport, type JsonOptions, type ReportError, type ReportStats } from '../report/index.ts';
import { computeStats, type PartStats, type StatsOptions } from '../stats/index.ts';

export interface InspectOptions extends JsonOptions {
  readonly limits?: Limits | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What the report calls the file. Default: the source's name. */
  readonly path?: string;
  /** Asked for after the source has been read from, when it is known. */
  readonly mtime?: () => Date | string | null;
  /** Report this part alone: its number, or its name. */
  readonly part?: number | string | undefined;
  /** Measure the pixels too. */
  readonly stats?: Omit<StatsOptions, 'limits' | 'signal'> | undefined;
}

/**
 * The report of whatever is behind `source`. Never throws for what is wrong with the file or the world: an ExrError becomes an entry of
 * `errors` beside everything that could be read. Throws `signal.reason` when cancelled, and INVALID_ARGUMENT (a part, level, channel or
 * region that the file does not have) since that is the caller's to mend. Does not close the source.
 */
export async function inspect(source: ByteSource, options: InspectOptions = {}): Promise<ExrReport> {
  const { signal, limits, bytesLimit } = options;
  const path = options.path ?? source.name;
  const more = { path, ...(bytesLimit !== undefined && { bytesLimit }) };
  let file: ExrFile;
  try {
    file = await openExr(source, { ...(limits && { limits }), ...(signal && { signal }) });
  } catch (error) {
    if (!isExrError(error) || error.kind === 'usage') throw error;
    const sizeBytes = await sizeAfter(error, source);
    return buildFailedReport(error, { path, sizeBytes, mtime: options.mtime?.() ?? null });
  }
  const errors: (ExrError | ReportError)[] = [];
  const notes: ExrNote[] = [];
  const part = partOf(file.parts, options.part, path);
  const stats = options.stats ? await measured(file, { ...options, part }, errors, notes) : undefined;
  const report = await buildReportInTurns(file, { ...more, mtime: options.mtime?.() ?? null, errors, notes, ...(stats && { stats }) }, signal);
  return part === undefined ? report : onlyPart(report, part);
}

type Measured = InspectOptions & { readonly part: number | undefined };

/** Statistics of the parts whose headers are whole; what stops them becomes an error of the report. */
async function measured(file: ExrFile, options: Measured, errors: (ExrError | ReportError)[], notes: ExrNote[]): Promise<ReportStats | undefined> {
  const { signal, limits, part } = options;
  if (!file.complete) return undefined; // the chunks lie behind the headers: the report already says where those end
  try {
    const found = await usableIndex(file, { signal, ...(limits && { limits }) });
    const note = rebuiltNote(file.source.name, found);
    if (note) notes.push(note);
    for (const each of await highlightNotes(file, found.index, { signal })) if (part === undefined || each.where.part === part) notes.push(each);
    const stats = await computeStats(file, { index: found.index, ...options.stats, limits, signal, ...(part !== undefined && { parts: [part] }) });
    for (const each of stats.parts) if (each.partial) errors.push(leftOut(file, each));
    return stats;
  } catch (error) {
    if (!isExrError(error) || error.kind === 'usage') throw error;
    errors.push(error);
    return undefined;
  }
}

/** A part whose statistics lack chunks is an error of the report: nobody should take its numbers for the whole frame's. */
function leftOut(file: ExrFile, { index, skipped, skipped_count: count = skipped.length, unreadable }: PartStats): ReportError {
  const source = file.source.name;
  // Not an ExrError: there may be one for each of very many parts, and nobody asks where in our code it was made.
  const said = (code: ExrErrorCode, message: string, where: ReportError['where']): ReportError => ({ code, kind: kindOf(code), message, where: { source, part: index, ...where } });
  const [first] = skipped;
  if (!first) return said(unreadable?.code ?? 'BAD_CHUNK', unreadable?.message ?? `${source}: part ${index}: its chunks cannot be found`, {});
  const more = count > 1 ? ` (and ${count - 1} more chunks, see stats.parts[].skipped)` : '';
  return said(first.code, `${first.message ?? `${source}: part ${index}, chunk ${first.chunk}`}${more}`, { chunk: first.chunk });
}

function onlyPart(report: ExrReport, index: number): ExrReport {
  const parts = report.parts.filter((part) => part.index === index);
  return {
    ...report, parts,
    channels: report.channels.filter((channel) => channel.part_index === index),
    attributes: Object.fromEntries(parts[0]!.attributes.map(({ name, value }) => [name, value])),
  };
}

/** The number of the part that a number or a name means. Throws INVALID_ARGUMENT that says which there are; `path` is how the message calls the file. */
export function partOf(parts: ExrFile['parts'], part: number | string | undefined, path: string): number | undefined {
  if (part === undefined) return undefined;
  const meant = typeof part === 'number' ? part : meantName(part, parts.flatMap(({ name }) => name ?? []));
  const found = parts.find(({ index, name }) => (typeof meant === 'number' ? index === meant : meant !== undefined && name === meant));
  if (found) return found.index;
  const there = parts.slice(0, 100).map(({ index, name }) => (name === null ? index : `${index} ${name}`)).join(', ');
  const more = parts.length > 100 ? `, … (${parts.length} parts)` : '';
  throw new ExrError('INVALID_ARGUMENT', `${path}: part ${part} does not exist; parts are ${there || 'none'}${more}`, typeof part === 'number' ? { part } : {});
}
