import { ExrError } from '@exr/core';

/** What opening, several passes and a slow disk may take beyond the seconds of one pass. */
export const SLACK = 1.5;

/** Awaits what is no work on the file, such as its turn among large ones: that time does not count. */
export type Aside = <Result>(wait: () => Promise<Result>) => Promise<Result>;

/**
 * Does the work on one file within a time: its signal is aborted when `signal` is, and when the time is over, which is LIMIT_EXCEEDED. What does not listen is
 * not waited for. (AbortSignal.any would leave something behind at the signal of the call for each of its files.)
 * @param seconds of one pass over the file's chunks; Infinity: no end
 */
export async function within<Result>(name: string, seconds: number, signal: AbortSignal, work: (signal: AbortSignal, aside: Aside) => Promise<Result>): Promise<Result> {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const most = seconds * SLACK;
  const over = (): void => stop.abort(new ExrError('LIMIT_EXCEEDED', `${name}: the file took longer than ${Number(most.toPrecision(6))} s`, { source: name, limit: 'seconds', limitValue: seconds }));
  let [timer, left, since]: [NodeJS.Timeout | undefined, number, number] = [undefined, most * 1000, 0];
  const start = (): void => {
    since = performance.now();
    if (Number.isFinite(most) && !stop.signal.aborted) timer = setTimeout(over, Math.min(left, 2 ** 31 - 1));
  };
  const aside: Aside = async (wait) => {
    clearTimeout(timer);
    left = Math.max(0, left - (performance.now() - since));
    try {
      return await wait();
    } finally {
      if (!done) start();
    }
  };
  let done = false;
  start();
  try {
    return await new Promise<Result>((resolve, reject) => {
      stop.signal.addEventListener('abort', () => reject(stop.signal.reason as Error), { once: true });
      stop.signal.throwIfAborted();
      work(stop.signal, aside).then(resolve, reject);
    });
  } finally {
    done = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
