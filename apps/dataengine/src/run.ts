/** Runs a service as a process: until the system ends it. */
import { isExrError } from '@exr/core';
import { isVastLocation, vastTarget } from '@exr/core/store';
import { ConfigError, examineConfig, type Config, type Env } from './config/config.ts';
import { configuredObjects } from './source/configured.ts';
import type { ObjectStore } from './source/object.ts';
import { startService } from './service.ts';

/**
 * Exits with 0 after SIGTERM or SIGINT, when all that was in the house is done; with 2 and every problem when the configuration is wrong.
 * @param onListening told the address
 */
export async function runService(env: Env, onListening?: (url: string, config: Config) => void, pretty = false): Promise<void> {
  let config: Config;
  let objects: ObjectStore;
  try {
    [config, objects] = configured(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`exr-function: ${error.message}\n`);
    return process.exit(2);
  }
  const service = await startService(config, { objects, log: { pretty } });
  onListening?.(service.url, config);
  let asked = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (asked) return process.exit(1); // twice: somebody does not want to wait
    asked = true;
    service.log.info({ signal }, 'asked to stop');
    service.stop().then(() => process.exit(0), () => process.exit(1));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  await service.ready;
}

/** @throws {ConfigError} with all that is wrong: with the settings, with the store's and with S3's */
function configured(env: Env): [Config, ObjectStore] {
  const { config, problems } = examineConfig(env);
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!isExrError(error, 'INVALID_ARGUMENT')) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const objects = attempt(() => configuredObjects(config));
  if (isVastLocation(config.store)) attempt(() => vastTarget(config.store, config.env));
  if (problems.length > 0 || objects === undefined) throw new ConfigError(problems);
  return [config, objects];
}
