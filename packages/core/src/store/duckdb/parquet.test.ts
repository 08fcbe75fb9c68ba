/** Parquet as another reader sees it (hyparquet), with a file in the store whose vectors are null (duckdb#24731). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, expect, it } from 'vitest';
import { embedChannels, embedMetadata } from '../../embed/index.ts';
import { sample } from '../contract.spec-util.ts';
import { openStore, TABLES } from '../index.ts';

const folder = mkdtempSync(join(tmpdir(), 'exr-parquet-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('vectors stay with their files where others are null, in every table', async () => {
  const store = openStore(join(folder, 'store.duckdb'));
  const files = [sample({ frame: 1 }), sample({ frame: 2, unreadable: true }), sample({ frame: 3, codec: 'dwaa', channels: ['Y'] }), sample({ frame: 4, unreadable: true }), sample({ frame: 5, software: 'Nuke 14.0v5' })];
  await store.put(files);
  for (const { name, columns } of TABLES) {
    const target = join(folder, `${name}.parquet`);
    const count = await store.export({ format: 'parquet', table: name, target });
    const rows = (await parquetReadObjects({ file: await asyncBufferFromFile(target), compressors })) as Record<string, unknown>[];
    expect(rows, name).toHaveLength(count);
    if (rows[0]) expect(Object.keys(rows[0]), name).toEqual(columns.map((column) => column.name));
    if (name !== 'files') continue;
    for (const { report, identity } of files) {
      const row = rows.find((one) => one['file_path'] === identity.path)!;
      const whole = report.parts.length > 0;
      expect(row['metadata_embedding'] ?? null).toEqual(whole ? [...embedMetadata(report)] : null);
      expect(row['channel_embedding'] ?? null).toEqual(whole ? [...embedChannels(report)] : null);
    }
  }
  await store.close();
});
