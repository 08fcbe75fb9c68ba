import { describe, expect, it } from 'vitest';
import { jsonInTurns, jsonPieces } from './pieces.ts';

const values: [string, unknown][] = [
  ['a number', 1.5],
  ['a text longer than a piece', 'é\n"'.repeat(100_000)],
  ['nothing', null],
  ['empty ones', { a: [], b: {}, c: [[], {}] }],
  ['undefined in objects and lists', { a: undefined, b: [undefined, 1], c: () => 1 }],
  ['a date', { at: new Date(0) }],
  ['many short ones', Array.from({ length: 20_000 }, (_, i) => ({ name: `a${i}`, value: i, more: { list: [i, null, 'x\ny'] } }))],
  ['an object of many keys', Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k"${i}`, i % 3 === 0 ? undefined : [i]]))],
  ['a large one within small ones', { a: 1, b: [{ c: Array.from({ length: 20_000 }, (_, i) => i) }, 2], d: { __proto__: null, e: '' } }],
  ['large ones of nothing', Array.from({ length: 5000 }, () => ({ a: undefined }))],
];

describe('JSON in pieces', () => {
  it.each(values)('%s: as JSON.stringify has it', async (_, value) => {
    for (const indent of [0, 2]) {
      const whole = JSON.stringify(value, null, indent);
      expect([...jsonPieces(value, indent)].join('')).toBe(whole);
      expect(await jsonInTurns(value, indent)).toBe(whole);
    }
  });

  it('has no piece of everything', () => {
    const sizes = [...jsonPieces(values[6]![1], 2)].map((piece) => piece.length);
    expect(sizes.length).toBeGreaterThan(10);
    expect(Math.max(...sizes)).toBeLessThan(2 ** 17);
  });

  it('stops with the signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(jsonInTurns(Array.from({ length: 3_000_000 }, (_, i) => [i]), 0, signal)).rejects.toThrow('enough');
  });

  it('goes down as deep as lists go, without a stack', () => {
    let deep: unknown = [1];
    for (let i = 0; i < 20_000; i++) deep = [deep];
    expect([...jsonPieces(deep)].join('')).toBe(`${'['.repeat(20_001)}1${']'.repeat(20_001)}`);
  });
});
