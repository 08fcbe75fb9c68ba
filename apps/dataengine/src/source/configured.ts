/** The objects that the configuration means. */
import type { Config } from '../config/config.ts';
import { folderStore } from './folder.ts';
import type { ObjectStore } from './object.ts';
import { s3Store } from './s3.ts';

/** @throws {ExrError} INVALID_ARGUMENT when keys or endpoint are missing or wrong */
export function configuredObjects(config: Config): ObjectStore {
  return config.folder === null ? s3Store(config.env, config.timeoutMs, config.concurrency) : folderStore(config.folder, config.bucket ?? undefined);
}
