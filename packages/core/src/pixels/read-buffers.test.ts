import { afterEach, expect, it } from 'vitest';
import { dropBuffers, giveBackBuffer, takeBuffer } from './read-buffers.ts';

afterEach(dropBuffers);

it('gives a buffer to one reader at a time', () => {
  const first = takeBuffer(2 ** 20)!;
  const second = takeBuffer(70_000)!;
  expect([first.length, second.length, first.buffer === second.buffer]).toEqual([2 ** 20, 2 ** 20, false]);
  giveBackBuffer(first.subarray(0, 5));
  expect([takeBuffer(2 ** 17)!.buffer === first.buffer, takeBuffer(2 ** 17)!.buffer === first.buffer]).toEqual([true, false]);
});

it('leaves short and long reads to themselves, and what went to another thread or came from elsewhere', () => {
  expect([takeBuffer(1000), takeBuffer(2 ** 20 + 1)]).toEqual([undefined, undefined]);
  const sent = takeBuffer(2 ** 20)!;
  structuredClone(sent, { transfer: [sent.buffer] });
  giveBackBuffer(sent);
  giveBackBuffer(new Uint8Array(1000));
  expect(takeBuffer(2 ** 20)!.length).toBe(2 ** 20);
});

it('holds no more than a handful', () => {
  const many = Array.from({ length: 20 }, () => takeBuffer(2 ** 20)!);
  many.forEach(giveBackBuffer);
  const again = new Set(Array.from({ length: 20 }, () => takeBuffer(2 ** 20)!.buffer));
  expect(many.filter(({ buffer }) => again.has(buffer))).toHaveLength(5);
});
