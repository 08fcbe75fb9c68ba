import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import { string } from '@oclif/core/flags';
import { ExrError, formatSeconds } from '@exr/core';
import { isSqlStore, isVastLocation, storeAt, type ExrStore, type SqlStore } from '@exr/core/store';

export const storeFlag = { store: string({ char: 's', env: 'EXR_STORE', helpValue: 'FILE', summary: "The store: a file, or vast://bucket/schema (docs/guide/vast.md). Default: exr-inspector/store.duckdb in the user's data folder." }) };

/** Where the system keeps a user's data: XDG on Linux, Application Support on macOS, LOCALAPPDATA on Windows. */
export function defaultStore(env: NodeJS.ProcessEnv = process.env, os: NodeJS.Platform = platform(), home = homedir()): string {
  const data = os === 'win32' ? (env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local')) : os === 'darwin' ? join(home, 'Library', 'Application Support') : env['XDG_DATA_HOME'] || join(home, '.local', 'share');
  return join(data, 'exr-inspector', 'store.duckdb');
}

/** The store that `--store` names; says on standard error when it has to wait for another process. */
export function storeOf(flag: string | undefined): ExrStore {
  const location = flag ?? defaultStore();
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(location) && !isVastLocation(location)) throw new ExrError('INVALID_ARGUMENT', `--store ${location}: expected the path of a file, or vast://bucket/schema`);
  const onWait = (waited: number, holder: string): void => void process.stderr.write(`waiting for the store, which is in use by ${holder} (${formatSeconds(waited / 1000)})\n`);
  return storeAt(location, { env: process.env, file: { onWait }, vast: { queryEngine: process.env['VAST_DB_QUERY_ENGINE'] === '1' } });
}

/** For commands that need SQL inside. */
export function sqlStoreOf(flag: string | undefined): SqlStore {
  const store = storeOf(flag);
  if (!isSqlStore(store)) throw new ExrError('INVALID_ARGUMENT', `${store.location}: this command needs a store in a file`);
  return store;
}
