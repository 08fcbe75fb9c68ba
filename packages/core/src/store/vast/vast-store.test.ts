import { startTestServer, type TestServer } from '@exr/vastdb/testing';
import { connect, type Row } from '@exr/vastdb';
import { afterAll, beforeAll } from 'vitest';
import { storeContract } from '../contract.spec-util.ts';
import { VastStore } from './index.ts';
import type { VastTarget } from './location.ts';

let server: TestServer;
let made = 0;
beforeAll(async () => {
  server = await startTestServer({ buckets: ['exr'] });
});
afterAll(() => server.close());

const target = (): VastTarget => ({ ...server.credentials, bucket: 'exr', schema: `s${made++}` });
const quick = { retries: { baseDelayMs: 1, maxDelayMs: 5 } };

storeContract('VAST DataBase', async () => {
  const where = target();
  const store = new VastStore(where, quick);
  return {
    store,
    rows: async (table) => {
      const db = await connect(server.credentials);
      const rows = await db.transaction((tx) => tx.bucket('exr').schema(where.schema).table(table).select().toArray());
      await db.close();
      return rows.map((row: Row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value])));
    },
    dispose: () => store.close(),
  };
});
