import type { JsonValue } from '../report/index.ts';

/** One thing that differs; `before` is absent for what only the second has, `after` for what only the first has. */
export interface Change {
  readonly name: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

/** Same JSON, whatever the order of keys. */
export function same(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, JsonValue>, b as Record<string, JsonValue>];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && same(left[key], right[key]));
}

/** Compares two maps by key, in the order of the first, then what only the second has. */
export function changes(before: ReadonlyMap<string, JsonValue>, after: ReadonlyMap<string, JsonValue>, equal: (a: JsonValue, b: JsonValue) => boolean = same): Change[] {
  const found: Change[] = [];
  for (const [name, value] of before) {
    const other = after.get(name);
    if (other === undefined) found.push({ name, before: value });
    else if (!equal(value, other)) found.push({ name, before: value, after: other });
  }
  for (const [name, value] of after) if (!before.has(name)) found.push({ name, after: value });
  return found;
}
