import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agedFixtures, FIXTURES, startServer, type TestClient } from '../client.spec-util.ts';
import { questions } from './questions.spec-util.ts';

let base: string;
let server: TestClient;
beforeAll(async () => {
  base = agedFixtures();
  mkdirSync(join(base, 'shot'));
  for (const frame of [1001, 1002, 1004, 1006]) copyFileSync(join(FIXTURES, 'scan_half_rgba_zip.exr'), join(base, `shot/a.${frame}.exr`));
  for (const [frame, file] of [[1005, 'incomplete_scan_zip'], [1007, 'half_naninf_zip'], [1008, 'damaged/t0_png']] as const) copyFileSync(join(FIXTURES, `${file}.exr`), join(base, `shot/a.${frame}.exr`));
  server = await startServer([base]);
});
afterAll(async () => {
  await server.close();
  rmSync(base, { recursive: true, force: true });
});

const all = questions(FIXTURES);
const MOST_CALLS = 3;

describe('questions that an assistant is asked', () => {
  it('are at least thirty', () => expect(all.length).toBeGreaterThanOrEqual(30));
  it.each(all)('$question', async ({ expected, solve }) => {
    let calls = 0;
    const answer = await solve((tool, args) => {
      calls++;
      return server.data(tool, args);
    });
    expect(answer).toEqual(expected);
    expect(calls).toBeLessThanOrEqual(MOST_CALLS);
  });
});
