import { expect, it } from 'vitest';
import { append, greatest } from './index.ts';

it('takes lists of any length', () => {
  const long = Array.from({ length: 1_000_000 }, (_, i) => i);
  const list = [7];
  append(list, long);
  expect([list.length, list[0], list[1_000_000]]).toEqual([1_000_001, 7, 999_999]);
  expect(greatest(long, (each) => each % 1000)).toBe(999);
  expect([greatest([], Number), greatest([], Number, 3), greatest([1], Number, 3)]).toEqual([-Infinity, 3, 3]);
  expect(greatest([1, NaN], Number)).toBeNaN();
});
