import { expect, it } from 'vitest';
import { counting, memorySource } from './index.ts';
import { rememberHead } from './remember-head.ts';

it('answers from the first read what lies within it, and passes on the rest', async () => {
  const source = counting(memorySource(Uint8Array.from({ length: 100 }, (_, i) => i), 'm'));
  const head = rememberHead(source);
  expect([...(await head.read(4, 2))]).toEqual([4, 5]);
  expect((await head.read(0, 50)).length).toBe(50);
  expect([...(await head.read(10, 3))]).toEqual([10, 11, 12]);
  expect([...(await head.read(49, 1))]).toEqual([49]);
  expect(source).toMatchObject({ reads: 2 });
  expect([...(await head.read(48, 4))]).toEqual([48, 49, 50, 51]);
  expect(source).toMatchObject({ reads: 3 });
  await expect(head.read(-1, 1)).rejects.toThrow();
});
