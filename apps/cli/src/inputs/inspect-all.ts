import { buildFailedReport, type ExrErrorKind, type ExrReport, inspect, type InspectOptions, isExrError, type Limits, mapInOrder } from '@exr/core';
import { progressBar } from '../output/progress.ts';
import { countInputs, expandInputs, type Input } from './expand.ts';
import { openInput } from './open.ts';

export interface InspectJob {
  readonly paths: readonly string[];
  readonly recursive: boolean;
  readonly quiet: boolean;
  readonly signal: AbortSignal;
  readonly limits: Limits;
  readonly part: number | undefined;
  readonly stats: InspectOptions['stats'];
  /** Told the kind of every error, for the exit code. */
  readonly noticed: (kind: ExrErrorKind) => void;
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
  const single = job.paths.length === 1;
  const bar = await progressBar(process.stderr.isTTY && !job.quiet ? await countInputs(job.paths, job) : 0, 'files', job);
  let done = 0;
  let turned = performance.now();
  try {
    const inputs = expandInputs(job.paths, job);
    for await (const inspected of mapInOrder(inputs, job.stats ? 1 : FILES_AT_ONCE, async (input) => ({ report: await reportOf(input, job), expanded: !(single && input.path === job.paths[0]) }))) {
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
}

async function reportOf(input: Input, job: InspectJob): Promise<ExrReport> {
  if (input.kind === 'failed') return buildFailedReport(input.error, { path: input.path });
  const { source, mtime } = await openInput(input, { blocking: !job.stats });
  try {
    return await inspect(source, { path: input.path, mtime, limits: job.limits, signal: job.signal, part: job.part, stats: job.stats });
  } catch (error) {
    if (isExrError(error) && error.kind === 'usage' && job.paths.length > 1) return buildFailedReport(error, { path: input.path });
    throw error;
  } finally {
    await source.close?.();
  }
}
