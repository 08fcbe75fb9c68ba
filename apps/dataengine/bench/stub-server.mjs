/**
 * The function with objects that are headers in memory, for tools/bench/function: what of the time is HTTP, parsing and the store, without S3.
 * Environment: that of the function, and STUB_FOLDER (EXRs whose first 64 KiB are served, in turn), STUB_STORE=none (forgets everything at once).
 */
import '@exr/core/node';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExrError } from '@exr/core';
import { readConfig } from '../src/config/config.ts';
import { startService } from '../src/service.ts';

const folder = process.env.STUB_FOLDER;
const heads = readdirSync(folder).filter((name) => name.endsWith('.exr')).sort().map((name) => readFileSync(join(folder, name)).subarray(0, 64 * 1024));

/** Key `…/0123.exr` has the 123rd header; its version is its key. */
const objects = {
  location: folder,
  open({ bucket, key }) {
    const bytes = heads[Number(/(\d+)\.exr$/.exec(key)?.[1] ?? 0) % heads.length];
    const name = `s3://${bucket}/${key}`;
    return {
      name, etag: key, mtime: '2026-01-01T00:00:00.000Z', traffic: { requests: 1, bytes: bytes.length },
      size: async () => bytes.length,
      async read(offset, length) {
        await undefined;
        if (offset + length > bytes.length) throw new ExrError('TRUNCATED', `${name}: ends at ${bytes.length}`, { source: name });
        return bytes.subarray(offset, offset + length);
      },
      close: async () => undefined,
    };
  },
  close: async () => undefined,
};

const forgetful = { location: 'none', put: async (files) => ({ inserted: files.length, outcomes: files.map(() => 'new') }), remove: async () => 0, close: async () => undefined };
const service = await startService(readConfig(process.env), { objects, ...(process.env.STUB_STORE === 'none' && { store: forgetful }) });
process.once('SIGTERM', () => service.stop().then(() => process.exit(0)));
