/** What lies inside an allowed bucket, before any server is asked. On a real server: s3.s3.test.ts. */
import { describe, expect, it } from 'vitest';
import { allowBuckets, type Buckets, locateObject, openObject } from './buckets.ts';

const at = (...urls: string[]): Buckets => ({ allowed: allowBuckets(urls), config: null });
const some = at('s3://renders/shows/abc', 's3://textures');

describe('allowing', () => {
  it('takes buckets and prefixes, and makes folders of them', () => {
    expect(allowBuckets(['s3://a', 's3://a/', 's3://b/x', 's3://b/x/', 's3://b/y z/%41'])).toEqual([{ bucket: 'a', prefix: '' }, { bucket: 'b', prefix: 'x/' }, { bucket: 'b', prefix: 'y z/%41/' }]);
  });
  it.each(['renders', '/renders', 's3://', 's3:///x', 's3://a/../b', 's3://a/x/./y', 's3://a/%2e%2e/b', 's3://../b', 'https://s3/renders'])('refuses %s', (url) => expect(() => allowBuckets([url])).toThrow());
});

describe('inside', () => {
  it.each(['s3://renders/shows/abc/a.exr', 's3://renders/shows/abc/sub/ä +%20#?.exr', 's3://renders/shows/abc//a.exr', 's3://renders/shows/abc/...', 's3://renders/shows/abc/.hidden', 's3://renders/shows/abc/a..b', 's3://textures/a.exr', 'S3://textures//x'])('%s', (url) => {
    const { bucket, key } = locateObject(some, url);
    expect(`s3://${bucket}/${key}`.toLowerCase()).toBe(url.toLowerCase());
  });
  it('a folder gets its slash', () => {
    expect(locateObject(some, 's3://renders/shows/abc', true)).toEqual({ bucket: 'renders', key: 'shows/abc/' });
    expect(locateObject(some, 's3://textures', true)).toEqual({ bucket: 'textures', key: '' });
  });
});

describe('outside', () => {
  it.each([
    ['prefix trick', 's3://renders/shows/abc2/a.exr'], ['prefix trick, shorter', 's3://renders/shows/ab'], ['the folder itself as an object', 's3://renders/shows/abc'], ['above', 's3://renders/shows/'], ['the whole bucket', 's3://renders'], ['another bucket', 's3://secret/a.exr'],
    ['bucket trick', 's3://textures2/a.exr'], ['bucket in another case', 's3://Textures/a.exr'], ['bucket with a dot', 's3://textures./a.exr'], ['user before the bucket', 's3://me@textures/a.exr'], ['port', 's3://textures:80/a.exr'],
    ['dots', 's3://renders/shows/abc/../xyz/a.exr'], ['dots at the end', 's3://renders/shows/abc/..'], ['one dot', 's3://renders/shows/abc/./a.exr'], ['dots as the bucket', 's3://../renders/a.exr'],
    ['encoded dots', 's3://renders/shows/abc/%2e%2e/xyz/a.exr'], ['half encoded', 's3://renders/shows/abc/.%2E/xyz/a.exr'], ['encoded slash', 's3://renders/shows/abc/..%2fxyz/a.exr'], ['twice', 's3://renders/shows/abc/%252e%252e/a.exr'], ['thrice', 's3://renders/shows/abc/%25252e%25252e/a.exr'],
    ['backslashes', 's3://renders/shows/abc/..\\xyz\\a.exr'], ['encoded backslash', 's3://renders/shows/abc/%2e%2e%5cxyz'], ['encoded prefix', 's3://renders/shows%2fabc/a.exr'], ['case of the prefix', 's3://renders/Shows/abc/a.exr'],
    ['beside bytes that are no UTF-8', 's3://renders/shows/abc/%ff/%2e%2e/a.exr'], ['NUL', 's3://renders/shows/abc/a.exr\0'], ['too long', `s3://renders/shows/abc/${'x/'.repeat(600)}a.exr`], ['half a pair', 's3://renders/shows/abc/\ud800'], ['no scheme', 'renders/shows/abc/a.exr'], ['empty', ''],
  ])('%s', (_, url) => {
    for (const folder of [false, true]) {
      if (folder && ['prefix trick, shorter', 'the folder itself as an object'].includes(_)) continue;
      expect(() => locateObject(some, url, folder)).toThrow(/is not inside|not taken|cannot contain|too long/);
    }
  });
  it('with no bucket allowed, everything', async () => {
    await expect(openObject(at(), 's3://renders/a.exr', AbortSignal.timeout(1000))).rejects.toThrow('is not inside the allowed folders');
  });
});
