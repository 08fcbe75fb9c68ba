/** Lists as long as a file makes them: `push(...list)` and `Math.max(...list)` put every element on the stack, which ends with a RangeError. */

/** Puts every one of `more` behind `list`. */
export function append<Value>(list: Value[], more: Iterable<Value>): void {
  for (const each of more) list.push(each);
}

/** Puts `value` behind the others of its key. */
export function putUnder<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const others = lists.get(key);
  if (others) others.push(value);
  else lists.set(key, [value]);
}

/** The greatest number that `of` gives for one of `list`, at least `least`. */
export function greatest<Value>(list: Iterable<Value>, of: (value: Value) => number, least = -Infinity): number {
  let most = least;
  for (const each of list) most = Math.max(most, of(each));
  return most;
}
