import { describe, expect, test } from 'vitest';
import { canonicalQuery, signedHeaders } from './signing.ts';
import { exchanges, header, requestBody } from './golden.spec-util.ts';

const credentials = { accessKey: 'TESTACCESSKEY0000001', secretKey: 'test-secret-not-a-real-credential', region: '' };
const date = new Date('2026-01-02T03:04:05Z');

describe('the official SDK signs the same', () => {
  test('98 exchanges are there', () => expect(exchanges.length).toBe(98));

  test.each(exchanges.map((e) => [e.file, e] as const))('%s', (_, e) => {
    const body = requestBody(e);
    const made = signedHeaders(
      { method: e.method, path: e.path, query: e.query, host: header(e, 'host') ?? '', body, date },
      credentials,
    );
    expect(made).toEqual({
      authorization: header(e, 'authorization'),
      'x-amz-date': header(e, 'x-amz-date'),
      'x-amz-content-sha256': header(e, 'x-amz-content-sha256'),
    });
  });
});

test('the canonical query is sorted and gives bare keys a value', () => {
  expect(canonicalQuery('table&a=b&Z')).toBe('Z=&a=b&table=');
  expect(canonicalQuery('')).toBe('');
});

test('the region, the body, the path and the method change the signature', () => {
  const base = { method: 'GET', path: '/a', query: 'data', host: 'h', body: undefined, date };
  const seen = new Set(
    [
      signedHeaders(base, credentials),
      signedHeaders(base, { ...credentials, region: 'vast' }),
      signedHeaders({ ...base, body: new Uint8Array([1]) }, credentials),
      signedHeaders({ ...base, path: '/b' }, credentials),
      signedHeaders({ ...base, method: 'PUT' }, credentials),
      signedHeaders({ ...base, signPayloadHeader: true }, credentials),
      signedHeaders(base, { ...credentials, secretKey: 'other' }),
    ].map((headers) => headers['authorization']),
  );
  expect(seen.size).toBe(7);
});
