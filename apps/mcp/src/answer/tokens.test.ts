import { createHash } from 'node:crypto';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { page } from './page.ts';
import { estimateTokens } from './tokens.ts';

/** The same every time, and as good as random. */
const noise = (length: number): Buffer => Buffer.concat(Array.from({ length: Math.ceil(length / 32) }, (_, i) => createHash('sha256').update(String(i)).digest())).subarray(0, length);
const from = (length: number, alphabet: string): string => [...noise(length)].map((byte) => [...alphabet][byte % [...alphabet].length]).join('');

describe('estimateTokens', () => {
  it.each([
    ['English', 'the file is damaged: the offset table lacked five entries of chunks that are in the file. '.repeat(20), 1.9],
    ['JSON', JSON.stringify(Array.from({ length: 60 }, (_, i) => ({ name: `layer${i}.R`, min: i / 7, max: i * 3.25, count: i * 1000, at: { x: i, y: 2 * i } }))), 1.6],
    ['paths', Array.from({ length: 80 }, (_, i) => `shots/sh0${i}/beauty_v00${i}.####.exr`).join('\n'), 1.7],
    ['base64', noise(3000).toString('base64'), 1.6], ['hex', noise(3000).toString('hex'), 1.6], ['decimals', [...noise(600)].map((byte) => byte / 251).join(' '), 1.6],
    ['random letters', from(3000, 'abcdefghijklmnopqrstuvwxyz'), 1.6], ['mixed case', from(3000, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'), 1.6], ['signs', from(3000, '!"#$%&()*+,-./:;<=>?@[]^_{|}~'), 1.6],
    ['Han', [...noise(2000)].map((byte, i) => String.fromCharCode(0x4e00 + byte * 40 + (i % 40))).join(''), 2], ['Ethiopic', [...noise(2000)].map((byte) => String.fromCharCode(0x1200 + byte)).join(''), 2], ['emoji', '🎬🎞️🧪🦑'.repeat(50), 3], ['escapes', '\\x1b[31m\\u202e'.repeat(200), 2],
    ['single letters', [...from(400, 'abcdefghijklmnopqrstuvwxyz')].join(' '), 1.6], ['consonants', from(1000, 'zqxjkvw'), 1.6], ['capitals without vowels', from(1000, 'ZQXJKVW'), 1.6], ['digits and letters', [...from(500, '0123456789')].map((digit, i) => digit + 'abcdefgh'[i % 8]!).join(''), 1.6],
    ['signs between digits', [...from(500, '0123456789')].map((digit, i) => digit + '~^`|\\'[i % 5]!).join(''), 1.6], ['Cherokee', from(500, '\u13a0\u13a1\u13a5\u13b0\u13c0\u13d0'), 1.6], ['cuneiform', from(300, '\u{12000}\u{12011}\u{12123}\u{12200}'), 1.6], ['combining marks', from(500, 'a\u0301\u0325\u034f\u0362'), 2.2],
  ])('%s: not far below the tokenizer, not far above', (_, text, above) => {
    const ratio = estimateTokens(text) / encode(text).length;
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(above);
  });
});

describe('page', () => {
  const items = Array.from({ length: 300 }, (_, i) => `item number ${i} with some words`);
  const options = { of: 'these', cost: (item: string) => item, tokens: 500 };
  it('gives everything once, in order, page by page', () => {
    const seen: string[] = [];
    for (let cursor: string | undefined, pages = 0; ; pages++) {
      const one = page(items, { ...options, cursor });
      expect(one.total).toBe(300);
      expect(pages).toBeLessThan(100);
      seen.push(...one.items);
      if (one.next === null) break;
      cursor = one.next;
    }
    expect(seen).toEqual(items);
  });
  it('refuses a cursor of another list, and ones that were made up', () => {
    const { next } = page(items, { ...options, cursor: undefined });
    expect(() => page(items, { ...options, of: 'others', cursor: next! })).toThrow(/cursor/);
    for (const cursor of ['', '1', '-1.x', `99999.${next!.split('.')[1]!}`, `1e1.${next!.split('.')[1]!}`]) expect(() => page(items, { ...options, cursor }), cursor).toThrow(/cursor/);
  });
  it('gives one item even where it is too long', () => {
    expect(page(['x'.repeat(1e5), 'y'], { ...options, cursor: undefined }).items).toHaveLength(1);
  });
});
