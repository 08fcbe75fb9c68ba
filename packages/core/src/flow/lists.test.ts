import { expect, it } from 'vitest';
import { append, greatest, putUnder } from './index.ts';

it('takes lists of any length', () => {
  const long = Array.from({ length: 1_000_000 }, (_, i) => i);
  const list = [7];
  append(list, long);
  expect([list.length, list[0], list[1_000_000]]).toEqual([1_000_001, 7, 999_999]);
  expect(greatest(long, (each) => each % 1000)).toBe(999);
  expect([greatest([], Number), greatest([], Number, 3), greatest([1], Number, 3)]).toEqual([-Infinity, 3, 3]);
  expect(greatest([1, NaN], Number)).toBeNaN();
});

it('puts values under their keys, in the order in which they came', () => {
  const lists = new Map<string | null, number[]>();
  for (const [key, value] of [['a', 1], [null, 2], ['a', 3]] as const) putUnder(lists, key, value);
  expect([...lists]).toEqual([['a', [1, 3]], [null, [2]]]);
});
