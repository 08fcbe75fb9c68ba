/** Patterns as DuckDB itself matches them with LIKE and ILIKE, where they are short enough for it. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { globExpression, likeExpression, lowered } from './like.ts';
import { globPattern, likePattern } from './vast/text.ts';

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});
const ask = async (sql: string, values: string[]): Promise<unknown> => (await connection.runAndReadAll(`SELECT ${sql}`, values)).getRowsJS()[0]![0];

const TEXT = fc.string({ unit: fc.constantFrom('a', 'B', 'b', 'É', 'é', '.', '%', '_', '*', '?', '\\', '\n', '😀', '[', '('), maxLength: 8 });

describe('patterns', () => {
  it('match as DuckDB and the store on VAST match them', async () => {
    await fc.assert(fc.asyncProperty(TEXT, TEXT, async (text, pattern) => {
      const glob = await ask('regexp_full_match(lower($1), $2)', [text, globExpression(pattern)]);
      expect(glob).toBe(await ask("$1 ILIKE $2 ESCAPE '\\'", [text, pattern.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%').replaceAll('?', '_')]));
      expect(globPattern(pattern)(text)).toBe(glob);
      const like = pattern.replace(/\\$/, '');
      fc.pre(!like.endsWith('\\'));
      const sensitive = await ask('regexp_full_match($1, $2)', [text, likeExpression(like, false)]);
      expect(sensitive).toBe(await ask("$1 LIKE $2 ESCAPE '\\'", [text, like]));
      expect(likePattern(like, false)(text)).toBe(sensitive);
      const folded = await ask('regexp_full_match(lower($1), $2)', [text, likeExpression(like, true)]);
      expect(folded).toBe(await ask("$1 ILIKE $2 ESCAPE '\\'", [text, like]));
      expect(likePattern(like, true)(text)).toBe(folded);
    }), { numRuns: 300 });
  });
  it('letters are folded one for one, as DuckDB does', async () => {
    for (const text of ['İSTANBUL', 'ΣΑΣ', 'ẞ', 'ÉÀ', 'Ǆ', '\0', 'K']) expect(lowered(text)).toBe(await ask('lower($1)', [text]));
  });
  it.each([['ILIKE', '%a%a%a%b'], ['ILIKE', `%${'a%'.repeat(60)}b`], ['LIKE', '%a%_a%a%b']])('%s %s takes time that follows the text', async (operator, pattern) => {
    const fold = operator === 'ILIKE';
    const before = process.cpuUsage();
    expect(await ask(`regexp_full_match(${fold ? 'lower(s)' : 's'}, $1) FROM (SELECT repeat('a', 100_000 + x::INT) AS s FROM range(1) t(x))`, [likeExpression(pattern, fold)])).toBe(false);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(3);
  });
  it('of more than 64 wildcards or 1000 characters are refused', () => {
    expect(() => globExpression('*a'.repeat(65))).toThrow(/65 wildcards/);
    expect(() => likeExpression('%_'.repeat(33), true)).toThrow(/66 wildcards/);
    expect(() => globExpression('a'.repeat(1001))).toThrow(/1001 characters/);
  });
});
