import { expect, it } from 'vitest';
import { mapInOrder } from './index.ts';

it('keeps the order, bounds what runs at once, and takes items lazily', async () => {
  let running = 0;
  let most = 0;
  let taken = 0;
  function* items() {
    for (let i = 0; i < 50; i++) {
      taken++;
      yield i;
    }
  }
  const results: number[] = [];
  for await (const result of mapInOrder(items(), 4, async (item) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, (item * 7) % 5));
    running--;
    return item;
  })) {
    expect(taken - result).toBeLessThanOrEqual(4);
    results.push(result);
  }
  expect(results).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect(most).toBe(4);
});

it('throws at the place of the failing item and stops taking', async () => {
  const seen: number[] = [];
  await expect(async () => {
    for await (const value of mapInOrder([1, 2, 3, 4], 2, (item) => {
      if (item === 3) throw new Error('three');
      return item;
    })) seen.push(value);
  }).rejects.toThrow('three');
  expect(seen).toEqual([1, 2]);
});
