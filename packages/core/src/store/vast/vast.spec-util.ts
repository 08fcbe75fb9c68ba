/** A test server with stores on it, and what it really holds. */
import { connect, oneOf, type Database } from '@exr/vastdb';
import { startTestServer, type TestServer } from '@exr/vastdb/testing';
import { TABLES, type TableName } from '../columns.ts';
import type { VastTarget } from './location.ts';
import { VastStore, type VastStoreOptions } from './vast-store.ts';

export type StoredRow = Record<string, unknown>;

export class Bench {
  private schemas = 0;
  private constructor(readonly server: TestServer, readonly db: Database) {}

  static async start(options: Parameters<typeof startTestServer>[0] = {}): Promise<Bench> {
    const server = await startTestServer({ buckets: ['exr'], ...options });
    return new Bench(server, await connect({ ...server.credentials, retries: { baseDelayMs: 1 } }));
  }

  /** A schema of its own. */
  target(): VastTarget {
    return { ...this.server.credentials, bucket: 'exr', schema: `s${this.schemas++}` };
  }

  store(target: VastTarget, options: VastStoreOptions = {}): VastStore {
    return new VastStore(target, { retries: { baseDelayMs: 1, maxDelayMs: 5 }, ...options });
  }

  /** As another process would: calls of stores on different endpoints do not wait for each other here. */
  stranger(target: VastTarget, options: VastStoreOptions = {}): VastStore {
    return this.store({ ...target, endpoint: target.endpoint.replace('127.0.0.1', 'localhost') }, options);
  }

  /** 64-bit integers as numbers. */
  async rows(target: VastTarget, name: TableName): Promise<StoredRow[]> {
    const rows = await this.db.transaction((tx) => tx.bucket('exr').schema(target.schema).table(name).select().toArray());
    return rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value])));
  }

  /** The rows of these files in every table, without vectors, in the order of their text. */
  async rowsOf(target: VastTarget, ids: readonly string[]): Promise<Record<TableName, StoredRow[]>> {
    return this.db.transaction(async (tx) => {
      const found: Partial<Record<TableName, StoredRow[]>> = {};
      for (const { name, columns } of TABLES) {
        const selection = tx.bucket('exr').schema(target.schema).table(name).select({ columns: columns.filter(({ type }) => !type.startsWith('vector')).map((column) => column.name), where: oneOf('file_id', ids) });
        const rows = (await selection.toArray()).map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value])));
        found[name] = rows.map((row) => [JSON.stringify(row), row] as const).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
      }
      return found as Record<TableName, StoredRow[]>;
    });
  }

  /** Inserts every row of a file once more: what a lost race leaves behind. */
  async double(target: VastTarget, fileId: string, change: StoredRow = {}): Promise<void> {
    await this.db.transaction(async (tx) => {
      for (const { name } of TABLES) {
        const table = tx.bucket('exr').schema(target.schema).table(name);
        const rows = (await table.select().toArray()).filter((row) => row['file_id'] === fileId);
        if (rows.length > 0) await table.insert(rows.map((row) => (name === 'files' ? { ...row, ...change } : row)));
      }
    });
  }

  async close(): Promise<void> {
    await this.db.close();
    await this.server.close();
  }
}
