/** Every statement of docs/guide/analytics.md, over files whose answers can be counted by hand. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sample } from '../contract.spec-util.ts';
import { openStore } from '../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'exr-analytics-'));
const store = openStore(join(folder, 'store.duckdb'));
const page = readFileSync(new URL('../../../../../docs/guide/analytics.md', import.meta.url), 'utf8');
const questions = [...page.matchAll(/^## (.+?)\n\n```sql\n([\s\S]+?)```/gm)].map(([, title = '', sql = '']) => [title, sql] as const);

beforeAll(async () => {
  await store.put([
    sample({ folder: '/a', frame: 1001, size: 100, stats: true }), sample({ folder: '/a', frame: 1002, size: 100 }), sample({ folder: '/a', frame: 1005, size: 100, codec: 'dwaa', width: 960 }),
    sample({ folder: '/b', frame: 1, size: 7, channels: ['R', 'G', 'B'], software: 'Nuke' }), sample({ folder: '/b', frame: 2, size: 5, unreadable: true }),
  ]);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const ANSWERS: Readonly<Record<string, unknown>> = {
  'How much is there, by state?': [['error', '1', '5'], ['ok', '4', '307']],
  'Which frames of a sequence are missing?': [['/a/beauty.####.exr', 1001, 1005, '2']],
  'What could not be read, and why?': [[expect.stringMatching(/^[A-Z_]+$/), '1', '/b/beauty.2.exr']],
  'Which compressions are in use?': [['zip', '3'], ['dwaa', '1']],
  'Which sequences mix compressions?': [['/a/beauty.####.exr', 'dwaa, zip']],
  'Which sequences change their resolution?': [['/a/beauty.####.exr', 960, 1920]],
  'Who wrote the files?': [['Arnold 7.2.1.0', '3'], ['Nuke', '1']],
  'Which files have no alpha?': [['/b/beauty.1.exr']],
  'Which layers does a shot have, and in how many frames?': [['/a', '', '3', 'half'], ['/b', '', '1', 'half']],
  'Where are NaN and infinities?': ['A', 'B', 'G', 'R'].map((channel) => ['/a/beauty.1001.exr', channel, '1', '0']),
};

describe('docs/guide/analytics.md', () => {
  it('has ten questions, each with an answer here', () => {
    expect(questions.map(([title]) => title)).toEqual(Object.keys(ANSWERS));
    expect(questions.length).toBe(10);
  });
  it.each(questions)('%s', async (title, sql) => {
    expect((await store.sql(sql)).rows).toEqual(ANSWERS[title]);
  });
});
