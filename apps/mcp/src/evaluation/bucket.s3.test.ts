/** Questions about renders that are in a bucket and nowhere else, answered by a client that follows the descriptions (npm run test:s3). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { s3Testbed } from '@exr/core/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FIXTURES, startServer, type TestClient } from '../client.spec-util.ts';
import type { Question } from './questions.spec-util.ts';

const s3 = s3Testbed(process.env);
let server: TestClient;

const OBJECTS: Record<string, string> = {
  'v001/beauty.1001.exr': 'scan_half_rgba_zip', 'v001/beauty.1002.exr': 'incomplete_scan_zip', 'v001/beauty.1004.exr': 'half_naninf_zip', 'v002/beauty.1001.exr': 'scan_half_rgba_piz', 'v002/deep/holdout.exr': 'multipart_flat_deep',
};

beforeAll(async () => {
  const bucket = await s3.makeBucket();
  for (const [key, name] of Object.entries(OBJECTS)) await s3.put(bucket, `shows/abc/${key}`, readFileSync(join(FIXTURES, `${name}.exr`)));
  const env = Object.fromEntries(['S3_ENDPOINT', 'S3_ACCESS_KEY', 'S3_SECRET_KEY', 'S3_REGION'].map((name) => [name, process.env[name]!]));
  server = await startServer(['--allow-bucket', `s3://${bucket}/shows/abc`], env);
});
afterAll(() => server.close());

const oracle = (name: string): { missing: { lines: [number, number][] } } => JSON.parse(readFileSync(join(FIXTURES, `${name}.expected.json`), 'utf8'));
type Found = { path: string; missing?: string; count: number };
const pick = (found: readonly Found[], word: string): string => found.find(({ path }) => path.includes(word))!.path;

const questions: Question[] = [
  { question: 'Which frames of v001 are missing in the bucket?', expected: '1003', solve: async (ask) => (await ask('exr_find', { match: '*v001*' })).found[0].missing },
  {
    question: 'Which frame of v001 was not rendered to its end, and which lines does it lack?', expected: [1002, oracle('incomplete_scan_zip').missing.lines.map(([from, to]) => `lines ${from} to ${to}`).join(', ').replaceAll(', lines ', ', ')],
    solve: async (ask) => {
      const path = pick((await ask('exr_find', {})).found, 'v001');
      const [file] = (await ask('exr_structure', { path })).files;
      return [file.frame, file.missing];
    },
  },
  { question: 'Which frame of v001 has NaN or infinite values?', expected: [1004], solve: async (ask) => (await ask('exr_stats', { path: pick((await ask('exr_find', {})).found, 'v001') })).files.filter(({ nan, inf }: { nan: number; inf: number }) => nan + inf > 0).map(({ frame }: { frame: number }) => frame) },
  {
    question: 'What did v002 change in frame 1001?', expected: [['compression', 'zip', 'piz']],
    solve: async (ask) => {
      const after = pick((await ask('exr_find', { match: '*v002/beauty*' })).found, 'v002');
      return (await ask('exr_compare', { before: after.replace('v002', 'v001'), after })).differences.map((each: { name: string; before: string; after: string }) => [each.name, each.before, each.after]);
    },
  },
  { question: 'Which file of v002 is deep?', expected: 'holdout.exr', solve: async (ask) => { const path = pick((await ask('exr_find', { match: '*v002*' })).found, 'deep/'); return (await ask('exr_summary', { path })).deep ? path.split('/').at(-1) : null; } },
];

it.each(questions)('$question', async ({ expected, solve }) => {
  let calls = 0;
  expect(await solve((tool, args) => (calls++, server.data(tool, args)))).toEqual(expected);
  expect(calls).toBeLessThanOrEqual(3);
});
