// Scripts that stand beside the manifests: files of this package with a handful of values set at the top.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { resourceNames } from './options.mjs';

/** @typedef {import('./options.mjs').FunctionOptions} FunctionOptions */

/**
 * @param {string} name
 * @param {FunctionOptions} options
 * @returns {string}
 */
export function script(name, options) {
  const names = resourceNames(options);
  /** @type {Record<string, string>} */
  const values = {
    NAME: options.name,
    PIPELINE: names.pipeline,
    ELEMENT_TRIGGER: names.elementTrigger,
    SCHEDULE_TRIGGER: options.cron ? names.scheduleTrigger : '',
    ARTIFACT_SOURCE: options.artifactSource,
    ARCHITECTURE: options.architecture,
    SECRET: options.secretName ?? '',
    PREFIX: options.prefix ?? '',
    SUFFIX: options.suffix ?? '',
    SAMPLE: options.sample ? `sample/${basename(options.sample)}` : '',
    REMOVAL: options.events.includes('ObjectRemoved:*') ? 'yes' : '',
    BUCKET: options.bucket ?? '',
    TAG: options.imageTag ?? '',
  };
  return readFileSync(new URL(`files/${name}`, import.meta.url), 'utf8').replace(/@@([A-Z_]+)@@/g, (_, key) => {
    const value = values[key];
    if (value === undefined) throw new Error(`${name}: @@${key}@@ has no value`);
    return quote(value);
  });
}

/** A word of the shell. @param {string} value */
function quote(value) {
  return `'${value.replace(/'/g, `'\\''`)}'`;
}
