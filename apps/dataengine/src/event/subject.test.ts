import { CloudEvent } from 'cloudevents';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordKey } from './samples.ts';
import { actionOf, decodedForm, familyOf, NoSubject, requestOf, splitPath, type Subject } from './subject.ts';

const event = (data: unknown, more: Record<string, unknown> = {}) => new CloudEvent<unknown>({ specversion: '1.0', id: 'i', source: 's', type: 'vastdata.com:Element.ElementCreated', ...more, data }, false);
const subjects = (data: unknown, more?: Record<string, unknown>, bucket: string | null = null): readonly Subject[] => requestOf(event(data, more), bucket).subjects;
const places = (data: unknown, more?: Record<string, unknown>, bucket: string | null = null): string[] => subjects(data, more, bucket).map((each) => [each.bucket, ...each.keys].join(' | '));
const record = (key: string, bucket = 'b', more: Record<string, unknown> = {}) => ({ eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucket }, object: { key, ...more } } });

describe('where', () => {
  it.each<[string, unknown, Record<string, unknown> | undefined, string[]]>([
    ['elementpath', undefined, { elementpath: 'b/shots/a.exr' }, ['b | shots/a.exr']], ['elementpath, perhaps escaped', undefined, { elementpath: 'b/a%20b' }, ['b | a%20b | a b']], ['elementpath, perhaps as records write keys', undefined, { elementpath: 'b/a+b%2Bc' }, ['b | a+b%2Bc | a+b+c | a b+c']], ['elementpath with a percent sign', undefined, { elementpath: 'b/100%' }, ['b | 100%']],
    ['elementpath, UTF-8 read as Latin-1', undefined, { elementpath: 'b/Ã¼' }, ['b | Ã¼ | ü']], ['a key with a slash in front', undefined, { elementpath: 'b//a' }, ['b | /a']],
    ['a record', { Records: [record('a+b%2Bc')] }, undefined, ['b | a b+c | a+b%2Bc']], ['a record that is no encoded text', { Records: [record('50%')] }, undefined, ['b | 50%']],
    ['both, that agree', { Records: [record('a+b')] }, { elementpath: 'b/a b' }, ['b | a b']], ['both, elementpath escaped', { Records: [record('a+b')] }, { elementpath: 'b/a%20b' }, ['b | a b | a%20b']],
    ['both, the record not escaped', { Records: [record('a+b')] }, { elementpath: 'b/a+b' }, ['b | a+b | a b']], ['both, of different buckets', { Records: [record('a', 'c')] }, { elementpath: 'b/a' }, ['c | a']],
    ['several records', { Records: [record('a'), record('b', 'c')] }, { elementpath: 'x/y' }, ['b | a', 'c | b']], ['records within data', { data: { Records: [record('a')] } }, undefined, ['b | a']], ['records in a text', JSON.stringify({ Records: [record('a')] }), undefined, ['b | a']],
    ['a whole event within data', { specversion: '1.0', data: { data: { Records: [record('a')] } } }, undefined, ['b | a']], ['records of something else', { Records: [{ eventName: 'x' }, null, 7] }, { elementpath: 'b/a' }, ['b | a']],
    ['s3_bucket and s3_key', { s3_bucket: 'b', s3_key: 'a+b%20' }, undefined, ['b | a+b%20']], ['bucket and key', { bucket: 'b', key: 'k' }, undefined, ['b | k']], ['our own output', { file: { path: 'k', s3_bucket: 'b', s3_key: 'k' }, parts: [] }, { type: 'vastdata.com:Function' }, ['b | k']],
    ['path', { path: 's3://b/k/l' }, undefined, ['b | k/l']], ['path without a scheme', { path: '/b/k' }, undefined, ['b | k']], ['file', { file: 'b/k' }, undefined, ['b | k']], ['file_path', { file_path: 's3://b/k' }, undefined, ['b | k']],
  ])('%s', (_, data, more, expected) => expect(places(data, more)).toEqual(expected));

  it('a path is below the bucket that is configured', () => expect(places({ path: '/shots/a.exr' }, undefined, 'b')).toEqual(['b | shots/a.exr']));
  it.each<[unknown, Record<string, unknown>?]>([[undefined], [{ msg: 'hello' }], ['text'], [[1]], [{ path: 's3://b' }], [{ path: '' }], [{ path: 7 }], [{ s3_bucket: 'b' }], [{ Records: [] }], [{ data: { data: { data: { data: { data: { bucket: 'b', key: 'k' } } } } } }], [undefined, { elementpath: 'nothing' }]])('%j names nothing', (data, more) => {
    expect(() => requestOf(event(data, more), null)).toThrow(NoSubject);
  });
  it('more records than anybody sends are refused', () => expect(() => requestOf(event({ Records: Array.from({ length: 1001 }, () => record('a')) }), null)).toThrow(/1001 records/));

  it('any key that is written as S3 writes it is found first', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), (key) => {
      expect(decodedForm(recordKey(key))).toBe(key);
      expect(subjects({ Records: [record(recordKey(key))] })[0]!.keys[0]).toBe(key);
      expect(subjects({ Records: [record(recordKey(key))] }, { elementpath: `b/${key}` })[0]!.keys).toEqual([key]);
    }));
  });
  it('whatever data there is gives subjects or NoSubject', () => {
    const data = fc.oneof(fc.json().map((text) => JSON.parse(text) as unknown), fc.dictionary(fc.constantFrom('Records', 'data', 'bucket', 'key', 's3_bucket', 's3_key', 'path', 'file', 'stats'), fc.anything(), { maxKeys: 5 }));
    fc.assert(fc.property(data, fc.option(fc.string()), (some, elementpath) => {
      try {
        for (const { bucket, keys } of subjects(some, elementpath === null ? {} : { elementpath })) expect([bucket, ...keys].every((text) => typeof text === 'string' && text !== '')).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(NoSubject);
      }
    }));
  });
  it('bucket and key put together are taken apart', () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z0-9.-]{1,40}$/), fc.string({ minLength: 1 }), (bucket, key) => {
      expect(splitPath(`${bucket}/${key}`)).toEqual({ bucket, key });
    }));
    expect([splitPath(''), splitPath('/'), splitPath('a'), splitPath('a/'), splitPath('/a')]).toEqual([null, null, null, null, null]);
  });
});

describe('what', () => {
  it.each([
    ['ObjectCreated:Put', 'created'], ['ObjectCreated:CompleteMultipartUpload', 'created'], ['ObjectCreated:Copy', 'created'], ['ObjectRemoved:Delete', 'removed'], ['ObjectRemoved:DeleteMarkerCreated', 'removed'], ['ObjectTagging:Put', 'tagged'], ['ObjectTagging:Delete', 'tagged'],
    ['vastdata.com:Element.ElementCreated', 'created'], ['vastdata.com:Element.ElementRemoved', 'removed'], ['vastdata.com:Element.ElementTagged', 'tagged'], ['something', null],
  ])('%s: %s', (name, action) => expect(actionOf(name)).toBe(action));
  it('the record knows better than the type', () => {
    expect(subjects({ Records: [{ ...record('a'), eventName: 'ObjectRemoved:Delete' }] })[0]!.action).toBe('removed');
    expect(subjects({ Records: [{ ...record('a'), eventName: 'x' }] }, { type: 'vastdata.com:Element.ObjectRemoved' })[0]!.action).toBe('removed');
  });
  it('versions are read, and nonsense is not', () => {
    expect(subjects({ Records: [record('a', 'b', { eTag: '"e"', sequencer: '00F1', size: 5 })] }, { time: '2026-01-02T03:04:05+01:00' })[0]).toMatchObject({ etag: 'e', sequencer: '00F1', size: 5, time: '2026-01-02T02:04:05.000Z' });
    expect(subjects({ Records: [record('a', 'b', { eTag: 7, sequencer: 'no hex', size: '5' })] }, { time: 'soon' })[0]).toMatchObject({ etag: null, sequencer: null, size: null, time: null });
  });
  it.each([['vastdata.com:Element.X', 'element'], ['vastdata.com:Schedule.TimerElapsed', 'schedule'], ['vastdata.com:Function', 'function'], ['com.amazonaws.s3', 'other'], ['vastdata.com:Elementary', 'other']])('%s: %s', (type, family) => expect(familyOf(type)).toBe(family));
  it('a schedule is about no file', () => expect(requestOf(event({ message: 'Activating trigger by cron' }, { type: 'vastdata.com:Schedule.TimerElapsed' }), null)).toMatchObject({ family: 'schedule', subjects: [] }));
});

describe('wishes', () => {
  const wishes = (data: Record<string, unknown>) => requestOf(event({ path: 's3://b/k', ...data }), null).wishes;
  it('have the defaults of the original', () => expect(wishes({})).toEqual({ meta: true, stats: null, deepStats: null, validate: false, policyPath: null, schemaVersion: 1 }));
  it.each<[unknown, boolean | null]>([
    [true, true], [false, false], ['true', true], ['TRUE ', true], ['1', true], ['yes', true], ['on', true], ['y', true], ['false', false], ['0', false], ['no', false], ['', false], ['maybe', false], [1, true], [2.5, true], [0, false], [Number.NaN, false], [null, null], [undefined, null], [[], false], [{}, false],
  ])('%j is %j', (given, expected) => expect(wishes({ stats: given, deep_stats: given })).toMatchObject({ stats: expected, deepStats: expected }));
  it('are read where the payload is', () => {
    expect(wishes({ validate: '1', policy_path: 'p.yaml', schema_version: '1', meta: 'no' })).toMatchObject({ validate: true, policyPath: 'p.yaml', schemaVersion: 1, meta: false });
    expect(requestOf(event({ data: { Records: [record('a')], stats: 'yes' } }), null).wishes.stats).toBe(true);
    expect(wishes({ policy_path: 7, schema_version: 'two' })).toMatchObject({ policyPath: null, schemaVersion: Number.NaN });
  });
});
