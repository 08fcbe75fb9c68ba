import { ExrError } from '@exr/core';

/** What opening, several passes and a slow disk may take beyond the seconds of one pass. */
export const SLACK = 1.5;

/**
 * Does the work on one file within a time: its signal is aborted when `signal` is, and when the time is over, which is LIMIT_EXCEEDED. What does not listen is
 * not waited for. (AbortSignal.any would leave something behind at the signal of the call for each of its files.)
 * @param seconds of one pass over the file's chunks; Infinity: no end
 */
export async function within<Result>(name: string, seconds: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const most = seconds * SLACK;
  const timer = Number.isFinite(most) ? setTimeout(() => stop.abort(new ExrError('LIMIT_EXCEEDED', `${name}: the file took longer than ${most} s`, { source: name, limit: 'seconds', limitValue: seconds })), Math.min(most * 1000, 2 ** 31 - 1)) : undefined;
  try {
    return await new Promise<Result>((resolve, reject) => {
      stop.signal.addEventListener('abort', () => reject(stop.signal.reason as Error), { once: true });
      stop.signal.throwIfAborted();
      work(stop.signal).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
