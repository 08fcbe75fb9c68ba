/** Long work on the thread that also hears the user, the network and the clock: it lets the others in between. */

const channel = typeof setImmediate === 'function' ? null : new MessageChannel();

/** A turn of the event loop; setTimeout would cost a millisecond each. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (channel) {
      channel.port1.addEventListener('message', () => resolve(), { once: true });
      channel.port1.start();
      channel.port2.postMessage(null);
    } else setImmediate(resolve);
  });
}

/** After so many milliseconds others have their turn: nobody waits noticeably, and what a turn costs does not count. */
const TURN_MS = 25;

/**
 * Drives work that stops now and then (each `yield` is a place where it may) to its end, with a turn of the event loop for others whenever it
 * took 25 ms. Rejects with the signal's reason, and with what the work throws.
 */
export async function inTurns<Result>(work: Generator<void, Result>, signal?: AbortSignal): Promise<Result> {
  let since = performance.now();
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    if (performance.now() - since < TURN_MS) continue;
    await nextTurn();
    signal?.throwIfAborted();
    since = performance.now();
  }
}

/** The same work at once, for callers that cannot wait. */
export function atOnce<Result>(work: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** A function to await now and then: it gives others a turn of the event loop when 25 ms have passed. Rejects with the signal's reason. */
export function turns(signal?: AbortSignal): () => Promise<void> | void {
  let since = performance.now();
  return () => {
    if (performance.now() - since < TURN_MS) return;
    return nextTurn().then(() => {
      signal?.throwIfAborted();
      since = performance.now();
    });
  };
}
