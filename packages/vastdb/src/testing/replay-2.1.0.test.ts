/**
 * The requests of SDK 2.1.0, byte for byte as recorded, sent to the test server in their order. What it does not serve
 * it refuses with 501 and the name of it.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchanges21, requestBody, responseBody } from '../golden.spec-util.ts';
import { startTestServer, type TestServer } from './index.ts';
import { meaning, send } from './replay.spec-util.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ buckets: ['exr-data'], now: () => new Date('2026-01-02T03:04:05Z') });
});
afterAll(() => server.close());

/** Not served: partitioned tables, projections, imports, snapshots; and what asks for a table that was refused. */
const REFUSED: Readonly<Record<number, readonly [status: number, said: string]>> = {
  174: [501, 'VAST:table:partition-key-0'], 176: [404, ''], 177: [404, ''], 178: [501, 'DELETE ?partitions'],
  179: [501, 'POST ?projection'], 180: [501, 'GET ?projection'], 181: [501, 'sub-table=vastdb-imported-objects'],
  182: [501, 'sub-table=vastdb-imported-objects'], 183: [501, 'delimiter'],
};
/** The stand-in left the partitioned table in its list and knew no struct members; nested columns it answered wrongly (README). */
const ANSWERED_OTHERWISE = [83, 86, 116, 175];
/** The stand-in deals rows to subsplits in its own way. */
const DEALT_OTHERWISE = [166, 167];
/** The estimate is answered with rows of the table by the stand-in, with as many as there are row groups here. */
const ESTIMATE = [165];

describe('a recorded session of SDK 2.1.0', () => {
  test.each(exchanges21.map((e) => [e.file, e] as const))('%s', async (_, e) => {
    const answer = await send(server.endpoint, e);
    const recorded = responseBody(e);
    const said = answer.body.toString('utf8');
    const [status, name] = REFUSED[e.seq] ?? [e.response_status, ''];
    expect(answer.status, said.slice(0, 400)).toBe(status);
    if (REFUSED[e.seq] !== undefined) return void expect(said).toContain(name);
    for (const [key, value] of Object.entries(e.response_headers)) {
      if (key.startsWith('tabular-') && !ANSWERED_OTHERWISE.includes(e.seq)) expect([key, answer.headers[key]]).toEqual([key, value]);
    }
    if (recorded.byteLength === 0 || [...ANSWERED_OTHERWISE, ...DEALT_OTHERWISE, ...ESTIMATE].includes(e.seq)) return;
    expect(meaning(e, answer.body)).toEqual(meaning(e, recorded));
  });

  test('holds every kind of request', () => {
    expect(exchanges21.length).toBe(201);
    expect(requestBody(exchanges21[34]!).byteLength).toBe(532);
  });
});
