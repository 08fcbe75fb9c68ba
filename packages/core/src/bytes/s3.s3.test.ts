/** Against a real S3 server (npm run test:s3): OpenStack Swift, which checks signatures, ranges and conditions. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { exr, attribute, bytes as join8, rawAttribute, required, FLAGS } from '../header/exr-bytes.spec-util.ts';
import { buildReport, computeStats, fileSource, listObjects, openExr, openPath, s3Source, s3Url, verify, type S3Config, type S3SourceOptions } from '../node.ts';
import { s3Testbed } from '../testing/index.ts';

const fixtures = join(import.meta.dirname, '../../../../test-fixtures');
const s3 = s3Testbed(process.env);
let bucket: string;
beforeAll(async () => {
  bucket = await s3.makeBucket();
});

/** A configuration that says which ranges were asked for. */
function counted(): { config: S3Config; ranges: string[] } {
  const ranges: string[] = [];
  const send = (url: unknown, init?: RequestInit) => {
    ranges.push(new Headers(init?.headers).get('range') ?? '');
    return s3.config.fetch(String(url), init);
  };
  return { config: { ...s3.config, fetch: Object.assign(send as typeof fetch, { exactPaths: true }) }, ranges };
}

const object = (key: string, options?: S3SourceOptions, config: S3Config = s3.config) => s3Source({ bucket, key }, config, options);
const text = async (key: string, config?: S3Config) => {
  const source = object(key, {}, config);
  return new TextDecoder().decode(await source.read(0, await source.size()));
};

describe('keys', () => {
  const keys = [
    'plain.exr', 'a b.exr', 'plus+plus', 'per%20cent%', '%2e%2e/x', 'ünï/日本語.exr', '🎬.exr', 'e\u0301.exr', 'é.exr', 'hash#q?x=1&y', 'a//b', '/lead', 'a/../b', './x', '..', 'a/./b', 'a/..', "tick'(!*)~-_.",
    'new\nline', 'tab\t', 'back\\slash', 'trailing/', '&<>"', 'a=b;c,d:e@f$g^h`i|j{k}[l]',
  ];
  it.each(keys)('%j', async (key) => {
    await s3.put(bucket, key, `data of ${key}`);
    expect(await text(key)).toBe(`data of ${key}`);
  });
  it('are listed as they are', async () => {
    for (const pageSize of [1000, 5]) {
      const found = [];
      for await (const { key } of listObjects(s3.config, { bucket, pageSize })) found.push(key);
      expect(found.sort()).toEqual([...keys].sort());
    }
  });
  it('can be asked for by the fetch of browsers too, but for those with dots between slashes', async () => {
    const config = { ...s3.config, fetch, sha256: undefined };
    for (const key of keys.filter((each) => !each.split('/').some((piece) => piece === '.' || piece === '..'))) expect(await text(key, config), key).toBe(`data of ${key}`);
  });
});

describe('refusals', () => {
  const problem = (config: Partial<S3Config>, key = 'plain.exr', inBucket = bucket) =>
    s3Source({ bucket: inBucket, key }, { ...s3.config, ...config }).size().then(() => expect.unreachable(), (error: Error) => error);
  it.each([
    ['a wrong secret', { secretAccessKey: 'hunter2hunter2' }, 403, 'SignatureDoesNotMatch'],
    ['an unknown key', { accessKeyId: 'exr:nobody' }, 403, 'SignatureDoesNotMatch'],
    ['another region', { region: 'eu-west-9' }, 400, 'AuthorizationHeaderMalformed'],
  ])('%s', async (_, config, status, serverCode) => {
    const error = await problem(config);
    expect(error).toMatchObject({ code: 'READ_FAILED', where: { status, serverCode } });
    expect(error.message).not.toContain('hunter2');
    await expect(listObjects({ ...s3.config, ...config }, { bucket }).next()).rejects.toMatchObject({ where: { status, serverCode } });
  });
  it('what is not there', async () => {
    expect(await problem({}, 'gone.exr')).toMatchObject({ code: 'READ_FAILED', where: { status: 404, serverCode: 'NoSuchKey' } });
    expect(await problem({}, 'x.exr', 'no-such-bucket')).toMatchObject({ where: { status: 404, serverCode: 'NoSuchBucket' } });
    await expect(listObjects(s3.config, { bucket: 'no-such-bucket' }).next()).rejects.toMatchObject({ where: { status: 404, serverCode: 'NoSuchBucket' } });
  });
});

describe('versions', () => {
  const [one, two] = [Buffer.alloc(300_000, 1), Buffer.alloc(300_000, 2)];
  it('overwritten while it is read', async () => {
    const { etag } = await s3.put(bucket, 'changing', one);
    const source = object('changing');
    expect((await source.read(0, 10))[0]).toBe(1);
    expect(source.etag).toBe(etag);
    expect(Math.abs(source.mtime!.getTime() - Date.now())).toBeLessThan(3600_000);
    expect((await source.read(200_000, 10))[0]).toBe(1);
    const other = await s3.put(bucket, 'changing', two);
    await expect(source.read(100_000, 10)).rejects.toMatchObject({ code: 'SOURCE_CHANGED', where: { status: 412 } });
    await expect(object('changing', { etag }).size()).rejects.toMatchObject({ code: 'SOURCE_CHANGED', where: { status: 412 } });
    expect((await object('changing', { etag: other.etag }).read(0, 1))[0]).toBe(2);
  });
  it('cut short or deleted while it is read', async () => {
    await s3.put(bucket, 'short', one);
    const source = object('short');
    await source.size();
    await s3.put(bucket, 'short', one.subarray(0, 1000));
    await expect(source.read(200_000, 10)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    await s3.remove(bucket, 'short');
    await expect(source.read(200_000, 10)).rejects.toMatchObject({ code: 'READ_FAILED', where: { status: 404 } });
  });
  it('without a byte: no range fits (416)', async () => {
    const { etag } = await s3.put(bucket, 'empty', '');
    expect(await object('empty').size()).toBe(0);
    const pinned = object('empty', { etag });
    expect([await pinned.size(), pinned.etag]).toEqual([0, etag]);
    await expect(object('empty', { etag: 'another' }).size()).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    await expect(openExr(object('empty'))).rejects.toMatchObject({ code: 'NOT_EXR' });
  });
});

it('lists more than fits a page, within a prefix, and level by level', async () => {
  const many = await s3.makeBucket();
  const keys = Array.from({ length: 1050 }, (_, i) => `shots/${i % 2 ? 'a' : 'b'}/f.${1001 + i}.exr`);
  const rest = [...keys, 'shots2/x.exr', 'shots.exr'];
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let key = rest.pop(); key !== undefined; key = rest.pop()) await s3.put(many, key, 'x');
  }));
  for (const [pageSize, requests] of [[undefined, 2], [400, 3]] as const) {
    const { config, ranges } = counted();
    const found = [];
    for await (const each of listObjects(config, { bucket: many, prefix: 'shots/', pageSize })) found.push(each);
    expect(found.map(({ key }) => key)).toEqual([...keys].sort());
    expect(found[0]).toMatchObject({ size: 1, etag: '9dd4e461268c8034f5c8564e155c67a6' });
    expect(ranges.length).toBe(requests);
  }
  const [top, prefixes]: [string[], string[]] = [[], []];
  for await (const { key } of listObjects(s3.config, { bucket: many, delimiter: '/', onPrefix: (each) => prefixes.push(each) })) top.push(key);
  expect([top, prefixes]).toEqual([['shots.exr'], ['shots/', 'shots2/']]);
});

describe('headers', () => {
  const long = (sizes: readonly number[]) => exr(join8(required(), ...sizes.map((size, i) => rawAttribute(`cryptomatte/${i}/manifest`, 'string', new Uint8Array(size).fill(97))), attribute('last', 'int', 7)), FLAGS.longNames);
  it.each([
    ['short', [100], 1, 1],
    ['of 100 KB in one attribute', [100_000], 2, 1.7],
    ['of 300 KB in small ones', new Array<number>(3000).fill(60), 3, 1.2],
    ['of 50 MB in one attribute', [50_000_000], 3, 1.1],
    ['of 20 MB in attributes of 1 KB', new Array<number>(20_000).fill(1000), 6, 1.5],
  ])('%s', async (_, sizes, requests, factor) => {
    const content = long(sizes);
    await s3.put(bucket, 'header', content);
    const { config, ranges } = counted();
    const file = await openExr(object('header', {}, config));
    expect(file).toMatchObject({ complete: true, headerBytes: content.length });
    expect(file.parts[0]!.attributes.at(-1)).toMatchObject({ name: 'last', value: 7 });
    expect(ranges.length).toBeLessThanOrEqual(requests);
    const asked = ranges.map((range) => range.match(/\d+/g)!.map(Number)).reduce((sum, [from, to]) => sum + Math.min(to!, content.length - 1) - from! + 1, 0);
    expect(asked).toBeLessThanOrEqual(content.length * factor);
  });
});

it.each(readdirSync(fixtures).filter((name) => name.endsWith('.exr')))('says of %s what it says of the file: report, statistics, structure', async (name) => {
  const path = join(fixtures, name);
  await s3.put(bucket, name, readFileSync(path));
  // A first request shorter than the file, so that the pixels are read in ranges.
  const [there, here] = [object(name, { firstBytes: 700 }), fileSource(path)];
  const [a, b] = [await openExr(there), await openExr(here)];
  // Notes and errors begin with the place, and name it.
  const report = (file: typeof a): unknown => JSON.parse(JSON.stringify(buildReport(file, { path: name, mtime: null })).replaceAll(file.source.name, name));
  expect(report(a)).toEqual(report(b));
  const stats = async (file: typeof a) => JSON.stringify(await computeStats(file, { deep: true })).replaceAll(file.source.name, name);
  expect(await stats(a)).toBe(await stats(b));
  const opened = await openPath(s3Url({ bucket, key: name }));
  expect(opened.file.size).toBe(b.size);
  await opened.close();
  const structure = async (source: typeof here | typeof there) => JSON.stringify((await verify(source)).structure).replaceAll(source.name, name);
  expect(await structure(there)).toBe(await structure(here));
  await here.close?.();
});
