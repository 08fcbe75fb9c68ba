/** events/*.json are what `invoke` sends, with fixed ids and times. `EXR_WRITE_EVENTS=1` writes them anew. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { eventsOf } from './incoming.ts';
import { SAMPLES, type SampleEvent, type SampleOptions } from './samples.ts';
import { requestOf } from './subject.ts';

const folder = new URL('../../events/', import.meta.url);
const options: SampleOptions = { bucket: 's3-bucket-name', key: 'shots/abc/beauty.1001.exr', id: '1004356627333135', time: '2026-04-08T15:41:29.591Z', etag: '1d6155b60405bab055527913efd734a7', size: 1_048_576, sequencer: '009f00000000000f42fd' };
const created = SAMPLES['created']!.make;

const files: Readonly<Record<string, SampleEvent | readonly SampleEvent[]>> = {
  ...Object.fromEntries(Object.entries(SAMPLES).map(([name, { make }]) => [name, make(options)])),
  'created-special-key': created({ ...options, id: '1004356627333136', key: 'shots/a b+c/100% größe.1001.exr' }),
  'created-records': created({ ...options, id: '1004356627333137', keys: ['shots/abc/beauty.1001.exr', 'shots/abc/beauty 1002.exr'] }),
  batch: [created({ ...options, id: '1004356627333138' }), created({ ...options, id: '1004356627333139', key: 'shots/abc/beauty.1002.exr' }), SAMPLES['removed']!.make({ ...options, id: '1004356627333140', key: 'shots/abc/beauty.1003.exr' })],
};

it.each(Object.entries(files))('%s.json is what is sent, and is understood', (name, event) => {
  const path = new URL(`${name}.json`, folder);
  if (process.env['EXR_WRITE_EVENTS']) writeFileSync(path, `${JSON.stringify(event, null, 2)}\n`);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(event);
  const type = Array.isArray(event) ? 'application/cloudevents-batch+json' : 'application/cloudevents+json';
  for (const incoming of eventsOf({ 'content-type': type }, Buffer.from(JSON.stringify(event)), 10).events) {
    if (incoming instanceof Error) throw incoming;
    const { family, subjects } = requestOf(incoming, null);
    expect(subjects.map(({ bucket, keys }) => [bucket, keys[0]])).toEqual(expectedKeys(incoming).map((key) => ['s3-bucket-name', key]));
    expect(subjects.length > 0).toBe(family !== 'schedule');
  }
});

it('there are no others', () => expect(readdirSync(folder).sort()).toEqual(Object.keys(files).map((name) => `${name}.json`).sort()));

function expectedKeys({ id, type }: { readonly id: string; readonly type: string }): string[] {
  if (type.startsWith('vastdata.com:Schedule')) return [];
  const others: Record<string, string[]> = {
    1004356627333136: ['shots/a b+c/100% größe.1001.exr'], 1004356627333137: ['shots/abc/beauty.1001.exr', 'shots/abc/beauty 1002.exr'], 1004356627333139: ['shots/abc/beauty.1002.exr'], 1004356627333140: ['shots/abc/beauty.1003.exr'],
  };
  return others[id] ?? ['shots/abc/beauty.1001.exr'];
}
