/** The limit `seconds`: work on one file ends in time, whatever it waits for. */
import { ExrError } from './errors.ts';
import type { Limits } from './limits.ts';

/** Timers hold no more milliseconds than an int32 does. */
const LONGEST_TIMER = 2 ** 31;

/**
 * Runs `work` with a signal that is aborted when `signal` is, with LIMIT_EXCEEDED (`seconds`) after that many seconds, and with whatever `work`
 * throws, so that reads under way end too. Work that listens to its signal stops there; a single chunk in the decoder is not interrupted.
 */
export async function withinSeconds<Result>(
  { seconds }: Pick<Limits, 'seconds'>, name: string, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const cancel = () => stop.abort(signal!.reason);
  signal?.addEventListener('abort', cancel, { once: true });
  const timer = seconds * 1000 < LONGEST_TIMER ? setTimeout(() => stop.abort(outOfTime(name, seconds)), seconds * 1000) : undefined;
  try {
    return await work(stop.signal);
  } catch (error) {
    stop.abort(error);
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

function outOfTime(name: string, seconds: number): ExrError {
  return new ExrError('LIMIT_EXCEEDED', `${name}: not done after ${seconds} seconds, which is the limit`, { source: name, limit: 'seconds', limitValue: seconds });
}
