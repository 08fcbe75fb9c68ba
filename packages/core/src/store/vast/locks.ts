/** Work on the same files one after the other, within this process. */
const tails = new Map<string, Promise<unknown>>();

/**
 * Runs `work` when everything that asked before for one of these keys is done. Keys are taken all at once, in the order of the calls, so that two calls
 * never wait for each other.
 */
export async function serialised<T>(keys: Iterable<string>, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  const own = new Set(keys);
  const before = [...new Set([...own].map((key) => tails.get(key)).filter((tail) => tail !== undefined))];
  let release = (): void => undefined;
  const gone = new Promise<void>((resolve) => (release = resolve));
  const turn = Promise.all([...before, gone]);
  for (const key of own) tails.set(key, turn);
  void turn.then(() => {
    for (const key of own) if (tails.get(key) === turn) tails.delete(key);
  });
  try {
    await (signal === undefined ? Promise.all(before) : abortable(Promise.all(before), signal));
    return await work();
  } finally {
    release();
  }
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Keys that are taken: none when everybody is done. For tests. */
export const heldKeys = (): number => tails.size;
