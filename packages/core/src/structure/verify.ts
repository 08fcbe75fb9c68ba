/** Bytes in, verdict out: the one call behind `exr verify`, the editor's badge and the assistants' structure tool. */
import { rememberHead, sizeAfter, type ByteSource } from '../bytes/index.ts';
import { highlightNotes } from '../chunks/index.ts';
import { isExrError, type ExrError } from '../errors.ts';
import { openExr, type ExrFile } from '../header/index.ts';
import { buildFailedReport, buildReportInTurns, type ExrReport, type ReportStructure } from '../report/index.ts';
import { examine, type ExamineOptions } from './examine.ts';
import { judge, RECENT, withJudgement, type Verdict } from './verdict.ts';

export interface VerifyOptions extends ExamineOptions {
  /** What the report calls the file. Default: the source's name. */
  readonly path?: string;
  /** Asked for after the source has been read from. */
  readonly mtime?: () => Date | string | null;
  /** The time now, for "in progress": a file without all its chunks that was written to less than `recent` seconds ago. Default: the clock. */
  readonly now?: Date;
  /** Default 60 seconds. */
  readonly recent?: number;
}

/**
 * The report of a file with its `structure`: verdict, reasons, chunk map. Like inspect it never throws for what is wrong with the file or the
 * world. A file that changes while it is read says SOURCE_CHANGED, with the verdict `in progress`.
 */
export async function verify(given: ByteSource, options: VerifyOptions = {}): Promise<ExrReport> {
  const source = options.tier === 'decode' ? given : rememberHead(given);
  const path = options.path ?? source.name;
  const { signal, limits, recent } = options;
  let file: ExrFile | null = null;
  try {
    file = await openExr(source, { ...(limits && { limits }), ...(signal && { signal }) });
    const examination = await examine(file, options);
    const notes = await highlightNotes(file, examination.index, { signal });
    const mtime = options.mtime?.() ?? null;
    const secondsOld = age(mtime, options);
    return await buildReportInTurns(file, { path, mtime, notes, structure: withJudgement(examination.structure, judge(examination, file.problems, secondsOld, recent)) }, signal);
  } catch (error) {
    if (!isExrError(error) || error.kind === 'usage') throw error;
    const mtime = options.mtime?.() ?? null;
    const size = await sizeAfter(error, source);
    // Made a moment ago, and not even a magic number and flags yet.
    const begun = size < 8 && (size === 0 || error.code === 'TRUNCATED');
    const secondsOld = age(mtime, options);
    const young = secondsOld !== null && secondsOld >= 0 && secondsOld < (recent ?? RECENT);
    const structure = nothingKnown(begun && young && error.kind === 'format' ? 'in progress' : verdictOf(error), error);
    if (file) return buildReportInTurns(file, { path, mtime, structure, errors: [error] }, signal);
    return { ...buildFailedReport(error, { path, sizeBytes: size, mtime }), structure };
  }
}

function age(mtime: Date | string | null, { now = new Date() }: VerifyOptions): number | null {
  return mtime === null ? null : (now.getTime() - new Date(mtime).getTime()) / 1000;
}

function verdictOf({ code }: ExrError): Verdict {
  if (code === 'NOT_EXR') return 'not an EXR';
  if (code === 'TRUNCATED') return 'truncated';
  return code === 'SOURCE_CHANGED' ? 'in progress' : 'unreadable';
}

function nothingKnown(verdict: Verdict, error: ExrError): ReportStructure {
  return { verdict, reasons: [error.message], parts: [] };
}
