/**
 * Runs `work` on up to `concurrency` items at a time and yields the results in the items' order. Items are taken only as room appears, so a
 * million paths are never held at once; at most `concurrency` results wait for an earlier one. An error in `work` or in the items is thrown
 * at its place in the order; leaving the loop early takes no further items.
 */
export async function* mapInOrder<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  concurrency: number,
  work: (item: Item, index: number) => Promise<Result> | Result,
): AsyncGenerator<Result> {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const waiting: Promise<Result>[] = [];
  let index = 0;
  let more = true;
  try {
    while (more || waiting.length > 0) {
      while (more && waiting.length < concurrency) {
        const next = await source.next();
        if (next.done) {
          more = false;
          break;
        }
        const result = (async () => work(next.value, index++))();
        result.catch(() => undefined); // reported where its turn comes
        waiting.push(result);
      }
      if (waiting.length > 0) yield await waiting.shift()!;
    }
  } finally {
    if (more) await source.return?.();
  }
}
