/**
 * `node verify.mjs BUCKET KEY [--removed]`: what the store knows of one object, with the settings of the function. For smoke.sh.
 * Exit code: 0 it is there (or, with --removed, known to be gone), 3 not yet, 1 it was looked at and could not be read, 2 the settings or the store are wrong.
 */
import { fileIdOf, storeAt } from '@exr/core/store';
import { readConfig } from './config/config.ts';
import { scrubber } from './config/scrub.ts';

const [bucket, key, ...flags] = process.argv.slice(2);
let scrub = (text: string): string => text;
try {
  if (bucket === undefined || key === undefined) throw new Error('usage: node verify.mjs BUCKET KEY [--removed]');
  const config = readConfig(process.env);
  scrub = scrubber(config.secrets);
  process.exitCode = await verify(config.store, config.env, bucket, key, flags.includes('--removed'));
} catch (error) {
  process.stderr.write(`verify: ${scrub(error instanceof Error ? error.message : String(error))}\n`);
  process.exitCode = 2;
}

async function verify(location: string, env: Readonly<Record<string, string | undefined>>, inBucket: string, path: string, removed: boolean): Promise<number> {
  const store = storeAt(location, { env, file: { lockTimeoutMs: 10_000 } });
  try {
    for await (const row of store.query({ where: `file_id = '${fileIdOf({ bucket: inBucket, path })}'`, deleted: true })) {
      const gone = row.status === 'deleted';
      if (gone !== removed) return 3;
      const what = gone ? 'known to be gone' : `${row.parts} part(s), ${row.channels} channels, ${row.width} × ${row.height}, ${row.compression}, ${row.size_bytes} bytes, status ${row.status}${row.error === null ? '' : ` (${row.error})`}`;
      process.stdout.write(`${location}: ${row.bucket}/${row.path}: ${what}\n`);
      return row.status === 'error' ? 1 : 0;
    }
    return 3;
  } finally {
    await store.close();
  }
}
