/** One word for a file, and why. */
import { append } from '../flow/index.ts';
import type { ExrError } from '../errors.ts';
import type { ReportMissingLines, ReportMissingTiles, ReportPartStructure, ReportStructure } from '../report/index.ts';
import type { ChunkProblem, Examination } from './examine.ts';
import { levelsText } from './missing.ts';

/**
 * - `ok`: everything is there.
 * - `incomplete`: chunks were never written; `in progress`: the same, and the file was written to a moment ago.
 * - `recoverable`: an offset table is wrong or empty, and every chunk was found without it.
 * - `not conforming`: a header that OpenEXR refuses, or from which it reads other values than were meant; the pixels can be shown.
 * - `truncated`: the file ends before its chunks do.
 * - `corrupt`: headers, tables, leaders or data are wrong.
 * - `not an EXR`.
 * - `unreadable`: the file could not be opened or read, or lies beyond a limit or what we support.
 */
export type Verdict = 'ok' | 'incomplete' | 'in progress' | 'recoverable' | 'not conforming' | 'truncated' | 'corrupt' | 'not an EXR' | 'unreadable';

export interface Judgement {
  readonly verdict: Verdict;
  /** Sentences for a person, the worst first. */
  readonly reasons: readonly string[];
}

/** Seconds during which a file without all its chunks may still be written to. */
export const RECENT = 60;

/** Judges a file that was opened. `secondsOld`: since it was last written, null when nobody knows. `recent`: how old a file still counts as being written. */
export function judge(examination: Examination, headerProblems: readonly ExrError[], secondsOld: number | null, recent = RECENT): Judgement {
  const { problems, problemCounts, structure, recovered } = examination;
  const reasons: string[] = headerProblems.map((problem) => problem.message);
  const some = (...kinds: ChunkProblem['kind'][]): boolean => kinds.some((kind) => problemCounts.has(kind));
  const young = secondsOld !== null && secondsOld >= 0 && secondsOld < recent;
  for (const part of structure.parts) append(reasons, partReasons(part, structure.parts.length > 1));
  append(reasons, grouped(problems, problemCounts));
  if (recovered > 0) reasons.push(`the offset table lacked or had wrong ${recovered} ${recovered === 1 ? 'entry' : 'entries'} of chunks that are in the file; programs that trust the table cannot read them`);
  const trailing = Number(structure['trailing_bytes'] ?? 0);
  const unreferenced = Number(structure['unreferenced_bytes'] ?? 0);
  if (trailing > 0 && !some('truncated')) reasons.push(`${trailing} bytes behind the last chunk belong to nothing`);
  if (unreferenced > 0) reasons.push(`${unreferenced} bytes between the chunks belong to none`);
  const missing = structure.parts.some((part) => part.present < part.chunks);
  // Who wrote a table without them has ended: such levels will not come.
  const coming = structure.parts.some((part) => part.present < part.chunks && levelsOf(part).length === 0);
  const wrongHeader = headerProblems.some(({ kind, code }) => kind === 'format' && code !== 'NOT_CONFORMING');
  let verdict: Verdict = 'ok';
  if (headerProblems.some(({ code }) => code === 'TRUNCATED') || some('truncated')) verdict = young ? 'in progress' : 'truncated';
  else if (wrongHeader || some('leader', 'data', 'duplicate', 'overlap', 'out-of-range')) verdict = 'corrupt';
  else if (missing) verdict = young && coming ? 'in progress' : 'incomplete';
  else if (some('beyond') || headerProblems.some(({ kind }) => kind !== 'format') || structure.parts.some((part) => part['unreadable'] !== undefined)) verdict = 'unreadable';
  else if (headerProblems.length > 0) verdict = 'not conforming';
  // However young the file is: nothing is in progress where no chunk is missing.
  else if (recovered > 0) verdict = 'recoverable';
  if (verdict === 'truncated' && some('leader', 'data', 'duplicate', 'overlap')) verdict = 'corrupt';
  return { verdict, reasons: [...new Set(reasons)] };
}

/** The first problem of each kind, and how many more there are: a cut file loses hundreds of chunks for one reason. */
function grouped(problems: readonly ChunkProblem[], counts: Examination['problemCounts']): string[] {
  return [...counts].map(([kind, count]) => {
    const { message } = problems.find((problem) => problem.kind === kind)!;
    return count === 1 ? message : `${message} (and ${count - 1} more chunks likewise)`;
  });
}

function partReasons(part: ReportPartStructure, several: boolean): string[] {
  const absent = part.chunks - part.present;
  if (absent === 0) return [];
  const where = several ? `part ${part.index}: ` : '';
  if (levelsOf(part).length > 0) return [`${where}${missingText(part)} (${absent} of ${part.chunks} chunks): the writer promised them and wrote none, as OpenEXR's Python module 3.5.3 does`];
  return [`${where}${absent} of ${part.chunks} chunks are missing: ${missingText(part)}`];
}

const levelsOf = ({ unwritten_levels: levels = [] }: Pick<ReportPartStructure, 'unwritten_levels'>): readonly (readonly [number, number])[] => levels;

/** `lines 512 to 575, 640 to 655`, `tiles (2, 0) to (4, 0)`, with the level where it is not the full one; or which levels were never written. */
export function missingText(part: Pick<ReportPartStructure, 'missing_lines' | 'missing_tiles' | 'unwritten_levels'>): string {
  const { missing_lines: lines, missing_tiles: tiles } = part;
  const unwritten = levelsOf(part);
  if (unwritten.length > 0) return `level 0 is whole, ${levelsText(unwritten)} ${unwritten.length === 1 ? 'was' : 'were'} never written`;
  const texts = lines.length ? lines.map(lineText) : tiles.map(tileText);
  const shown = texts.slice(0, 8).join(', ');
  return `${lines.length ? 'lines' : 'tiles'} ${shown}${texts.length > 8 ? ` and ${texts.length - 8} more ranges` : ''}`;
}

function lineText({ y_min: from, y_max: to }: ReportMissingLines): string {
  return from === to ? `${from}` : `${from} to ${to}`;
}

function tileText({ level: [x, y], x_min: left, x_max: right, y_min: top, y_max: bottom }: ReportMissingTiles): string {
  const place = left === right && top === bottom ? `(${left}, ${top})` : `(${left}, ${top}) to (${right}, ${bottom})`;
  return x === 0 && y === 0 ? place : `${place} of level ${x},${y}`;
}

/** For the report: verdict and reasons beside the chunk map. */
export function withJudgement(structure: ReportStructure, { verdict, reasons }: Judgement): ReportStructure {
  return { verdict, reasons, ...structure };
}
