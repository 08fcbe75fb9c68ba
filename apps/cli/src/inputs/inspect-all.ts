import { buildFailedReport, ExrError, type ExrErrorKind, type ExrReport, inspect, type InspectOptions, isExrError, type Limits, mapInOrder } from '@exr/core';
import { progressBar } from '../output/progress.ts';
import type { Protected } from '../output/protect.ts';
import { countInputs, expandInputs, type Input, isNamedAlone, namedInput, sayLeftOut } from './expand.ts';
import { type OpenInput, openInput } from './open.ts';

export interface InspectJob {
  readonly paths: readonly string[];
  readonly recursive: boolean;
  readonly quiet: boolean;
  readonly signal: AbortSignal;
  readonly limits: Limits;
  /** Its number or its name. */
  readonly part: number | string | undefined;
  readonly stats: InspectOptions['stats'];
  /** Told the kind of every error, for the exit code. */
  readonly noticed: (kind: ExrErrorKind) => void;
  /** The output, which no input may be. */
  readonly protects: Protected;
}

export interface Inspected {
  readonly report: ExrReport;
  /** It was found in a folder or by a glob: there may be more. */
  readonly expanded: boolean;
}

/** Headers of this many files are read at once; with statistics the threads of one file at a time keep the machine busy. */
const FILES_AT_ONCE = 16;
/** Small files are read without leaving the thread: this often signals, timers and a slow reader of our output get their turn, in milliseconds. */
const TURN_EVERY = 20;

/** Reports in the order of the paths, read concurrently, with a progress bar on standard error. */
export async function* inspectAll(job: InspectJob): AsyncGenerator<Inspected> {
  const bar = await progressBar(process.stderr.isTTY && !job.quiet ? await countInputs(job.paths, job) : 0, 'files', job);
  let done = 0;
  let turned = performance.now();
  const left: string[] = [];
  try {
    const inputs = expandInputs(job.paths, { ...job, leftOut: (folder) => left.push(folder) });
    const look = async (input: Input): Promise<Inspected> => {
      const expanded = !isNamedAlone(input, job.paths);
      return { report: await reportOf(input, job, expanded), expanded };
    };
    for await (const inspected of mapInOrder(inputs, job.stats ? 1 : FILES_AT_ONCE, look)) {
      job.signal.throwIfAborted();
      for (const { kind } of inspected.report.errors) job.noticed(kind);
      yield inspected;
      bar.advance(++done);
      if (performance.now() - turned > TURN_EVERY) {
        await new Promise((resolve) => setImmediate(resolve));
        turned = performance.now();
      }
    }
  } finally {
    bar.stop();
  }
  if (done > 0) sayLeftOut(left);
}

async function reportOf(input: Input, job: InspectJob, expanded: boolean): Promise<ExrReport> {
  if (input.kind === 'failed') return buildFailedReport(input.error, { path: input.path });
  if (input.kind === 'file') job.protects.refuse(input.path, 'the input');
  let opened: OpenInput;
  try {
    opened = await openInput(input, { blocking: !job.stats });
  } catch (error) {
    if (isExrError(error)) return buildFailedReport(error, { path: input.path });
    throw error;
  }
  const { source, mtime } = opened;
  try {
    return await inspect(source, { path: input.path, mtime, limits: job.limits, signal: job.signal, part: job.part, stats: job.stats });
  } catch (error) {
    // A part or channel that the file does not have is the caller's mistake where it is the only file.
    if (isExrError(error) && error.kind === 'usage' && (expanded || job.paths.length > 1)) return buildFailedReport(error, { path: input.path });
    throw error;
  } finally {
    await source.close?.();
  }
}

/** What to say when the paths led to no file at all. */
export function nothingThere({ paths, recursive }: { readonly paths: readonly string[]; readonly recursive: boolean }): ExrError {
  const names = paths.map((path) => namedInput(path).path).join(', ');
  return new ExrError('INVALID_ARGUMENT', `no EXR files in ${names}${recursive ? '' : ' (add --recursive to enter the folders below)'}`);
}
