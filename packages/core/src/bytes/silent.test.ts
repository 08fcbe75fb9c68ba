import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inspect } from '../inspect/index.ts';
import { verify } from '../structure/index.ts';
import { httpSource, shownUrl, withoutSecrets } from './index.ts';

describe('a server that never answers', () => {
  const hanging = () => {
    const asked: string[] = [];
    const fetch = ((url: string, { signal }: RequestInit) => {
      asked.push(url);
      return new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error)));
    }) as typeof globalThis.fetch;
    return { asked, fetch };
  };

  it('costs one cycle of tries over all reads and all files', async () => {
    const { asked, fetch } = hanging();
    const options = { fetch, timeoutMs: 20, retryDelayMs: 1 };
    const first = await verify(httpSource('http://silent/a.exr', options), { tier: 'decode' });
    const second = await inspect(httpSource('http://silent/b.exr', options), { stats: {} });
    expect([first, second].map(({ errors }) => errors.map(({ code }) => code))).toEqual([['READ_FAILED'], ['READ_FAILED']]);
    expect(asked).toEqual(Array.from({ length: 4 }, () => 'http://silent/a.exr'));
  });

  it('another server is asked, and one that answered before costs one cycle when it falls silent', async () => {
    const { asked, fetch } = hanging();
    const bytes = readFileSync(new URL('../../../../test-fixtures/rip_none.exr', import.meta.url));
    const once = ((url: string, init: RequestInit) => {
      if (url.includes('silent') || asked.length > 0) return fetch(url, init);
      asked.push(url);
      return Promise.resolve(new Response(bytes.subarray(0, 65536), { status: 206, headers: { etag: '"1"', 'content-range': `bytes 0-65535/${bytes.length}` } }));
    }) as typeof globalThis.fetch;
    const report = await verify(httpSource('http://once/a.exr', { fetch: once, timeoutMs: 20, retryDelayMs: 1 }), { tier: 'decode' });
    expect([report.file.size_bytes, report.structure?.['verdict']]).toEqual([bytes.length, expect.not.stringMatching(/^ok$/)]);
    // Reads that were under way together have their tries; none that begins later has.
    expect(asked.length).toBeLessThanOrEqual(1 + 4 * 8);
  });
});

it.each([
  ['https://u:p@h/a.exr?X-Amz-Signature=s#f', 'https://h/a.exr?…'], ['https://h/p@th/a.exr', 'https://h/p@th/a.exr'], ['http://u:p/w@h/a', 'http://h/a'], ['http://[bad', 'http://[bad'],
  ['http://u:p@@h/a', 'http://h/a'], ['/a/b?c.exr', '/a/b?c.exr'], ['s3://k:s@b/a', 's3://b/a'], ['HTTP://U:P@h?x', 'HTTP://h?…'], ['https://h/ä b.exr', 'https://h/ä b.exr'],
])('%s is shown as %s', (url, shown) => expect(shownUrl(url)).toBe(shown));

it('in a message all URLs are', () => {
  expect(withoutSecrets('at http://u:p@h/a?b=c, s3://b/k?x and "https://h/a?…": no')).toBe('at http://h/a?… s3://b/k?x and "https://h/a?…": no');
});
