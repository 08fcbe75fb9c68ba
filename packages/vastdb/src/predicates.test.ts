import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { Backoff } from './backoff.ts';
import { errorFromResponse } from './errors.ts';
import { Features } from './features.ts';
import { prefixRange } from './filter-body.ts';
import { queryString } from './names.ts';
import { and, between, eq, filterGroups, gt, isNull, lt, oneOf, or, startsWith } from './predicates.ts';

describe('groups', () => {
  const groups = (p: Parameters<typeof filterGroups>[0]): unknown => {
    const found = filterGroups(p);
    return found === 'nothing' ? found : found.map(({ column, terms }) => `${column}:${terms.map((t) => t.op).join('|')}`);
  };
  test.each([
    [undefined, []],
    [eq('a', 1), ['a:equal']],
    [and(), []],
    [and(eq('a', 1), and(eq('b', 2), gt('a', 3))), ['a:equal', 'b:equal', 'a:greater']],
    [or(lt('a', 1), or(gt('a', 2), isNull('a'))), ['a:less|greater|is_null']],
    [and(or(between('a', 1, 2), startsWith('a', 'x')), eq('b', 1)), ['a:between|prefix', 'b:equal']],
    [or(and(eq('a', 1)), eq('a', 2)), 'an AND inside an OR'],
    [or(eq('a', 1), eq('b', 1)), 'columns a and b'],
    [oneOf('a', []), 'nothing'],
    [and(eq('b', 1), oneOf('a', [])), 'nothing'],
    [or(oneOf('a', []), eq('b', 1)), ['b:equal']],
    [or(), 'nothing'],
  ])('%j', (predicate, expected) => {
    if (typeof expected === 'string' && expected !== 'nothing') expect(() => groups(predicate)).toThrow(expected);
    else expect(groups(predicate)).toEqual(expected);
  });
});

test('a prefix range holds exactly what begins with the prefix', () => {
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 254, 255));
  fc.assert(fc.property(fc.array(byte, { minLength: 1, maxLength: 3 }), fc.array(byte, { maxLength: 5 }), (p, v) => {
    const [prefix, value] = [Buffer.from(p), Buffer.from(v)];
    const [from, to] = prefixRange(prefix);
    const inside = Buffer.compare(value, from) >= 0 && (to === undefined || Buffer.compare(value, to) < 0);
    expect(inside).toBe(value.subarray(0, prefix.length).equals(prefix));
  }), { numRuns: 2000 });
  expect(prefixRange('é')[1]).toEqual(Uint8Array.of(0xc3, 0xaa));
});

test('query strings', () => {
  expect(queryString('column', { b: 'x/y', a: 'ü' })).toBe('column&a=%C3%BC&b=x%2Fy');
  expect(queryString('', {})).toBe('');
});

test('versions', () => {
  const at = (text: string | undefined): boolean[] => (['row ids', 'sorted tables', 'time zones', 'vector indexes'] as const).map((f) => new Features(text).has(f));
  expect(at('vast 5.0.9.9')).toEqual([false, false, false, false]);
  expect(at('vast 5.3.0.0')).toEqual([true, true, false, false]);
  expect(at('vast 6.0.0.0')).toEqual([true, true, true, true]);
  expect([new Features('nginx').version, new Features(undefined).text]).toEqual([undefined, 'unknown']);
});

test('backoff: tries, time and the signal bound it', async () => {
  const backoff = new Backoff({ maxTries: 3, baseDelayMs: 1 });
  expect([await backoff.next(), await backoff.next(), await backoff.next(), backoff.tries]).toEqual([true, true, false, 3]);
  expect(await new Backoff({ maxTimeMs: -1 }).next()).toBe(false);
  const reason = new Error('stop');
  await expect(new Backoff({ baseDelayMs: 10_000 }).next(AbortSignal.abort(reason))).rejects.toBe(reason);
});

describe('error documents', () => {
  test('entities, control characters, size', () => {
    const e = errorFromResponse(400, '<Error><Code>Bad</Code><Message>a &lt;b&gt; &amp; c\n\u001b[31m</Message></Error>', 'GET /x');
    expect(e).toMatchObject({ name: 'BadRequestError', code: 'Bad', message: 'GET /x: HTTP 400 Bad: a <b> & c [31m' });
  });
  test('none, odd ones, and other statuses', () => {
    expect(errorFromResponse(404, '', 'HEAD /b')).toMatchObject({ name: 'NotFoundError', code: 'HTTP_404', message: 'HEAD /b: HTTP 404' });
    expect(errorFromResponse(418, '<html>teapot', 'GET /')).toMatchObject({ name: 'ServerError', code: 'HTTP_418', status: 418 });
    expect(errorFromResponse(503, '<Code>SlowDown</Code>', 'GET /').name).toBe('SlowDownError');
    expect(errorFromResponse(503, '', 'HEAD /').name).toBe('ServiceUnavailableError');
  });
});
