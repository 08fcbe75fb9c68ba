// The one object that everything is rendered from: what dataengine.json and the command line say, with the defaults of schema.json filled in.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ name: string, description: string }} SecretKey
 * @typedef {{ name: string, value?: string, description: string, optional?: boolean }} EnvironmentVariable
 * @typedef {object} FunctionOptions
 * @property {string} name
 * @property {string} description
 * @property {string} version of the package
 * @property {string} root the workspace, absolute; never part of an output
 * @property {string} projectRoot the app, from root
 * @property {string} outputPath from root
 * @property {string} main from projectRoot
 * @property {Record<string, string>} entries
 * @property {string[]} external
 * @property {'none' | 'python'} shim
 * @property {boolean} layer
 * @property {string} [sample]
 * @property {string} license
 * @property {string} baseImage
 * @property {'amd64' | 'arm64'} architecture
 * @property {string} [containerRegistry]
 * @property {string} artifactSource
 * @property {string} [imageTag]
 * @property {Record<string, string>} tags
 * @property {string} logLevel
 * @property {string} minCpu
 * @property {string} maxCpu
 * @property {string} minMemory
 * @property {string} maxMemory
 * @property {number} minConcurrency
 * @property {number} maxConcurrency
 * @property {number} timeout seconds
 * @property {string} eventsOrder
 * @property {number} retries
 * @property {string} [bucket]
 * @property {string} [prefix]
 * @property {string} [suffix]
 * @property {string[]} events
 * @property {string} [cron]
 * @property {string} brokerType
 * @property {string} [brokerName]
 * @property {string} [brokerUrl]
 * @property {string} [topic]
 * @property {string} [kubernetesCluster]
 * @property {string} [namespace]
 * @property {string} [secretName]
 * @property {SecretKey[]} secretKeys
 * @property {string} secretsVariable
 * @property {EnvironmentVariable[]} environment
 */

const schema = JSON.parse(readFileSync(new URL('schema.json', import.meta.url), 'utf8'));

/** The option's name, what was found and what was expected: the three things that a person needs to mend dataengine.json. */
export class OptionError extends Error {
  /** @param {string} option @param {unknown} found @param {string} expected */
  constructor(option, found, expected) {
    super(`${option}: found ${JSON.stringify(found)}, expected ${expected}`);
    this.name = 'OptionError';
  }
}

/**
 * Fills in defaults and checks what concerns several options at once; each by itself has passed schema.json, which nx sees to.
 * @param {Record<string, unknown>} given
 * @param {{ root: string, projectRoot: string }} where
 * @returns {FunctionOptions}
 */
export function resolveOptions(given, { root, projectRoot }) {
  const pjson = JSON.parse(readFileSync(join(root, projectRoot, 'package.json'), 'utf8'));
  /** @type {Record<string, unknown>} */
  const defaults = {};
  for (const [name, property] of Object.entries(schema.properties)) if ('default' in property) defaults[name] = property.default;
  const name = String(given['name'] ?? pjson.name.replace(/^@[^/]*\//, ''));
  if (!new RegExp(schema.properties.name.pattern).test(name)) throw new OptionError('name', name, 'lower-case letters, digits and -, at most 40, beginning with a letter');
  const options = /** @type {FunctionOptions} */ (/** @type {unknown} */ ({
    ...defaults,
    artifactSource: name,
    outputPath: `${projectRoot}/dist/function`,
    tags: {}, entries: {}, secretKeys: [], environment: [],
    description: pjson.description ?? name,
    ...given,
    name, version: pjson.version ?? '0.0.0', root, projectRoot,
  }));
  if (options.secretKeys.length && !options.secretName) options.secretName = `${name}-secret`;
  check(options);
  return options;
}

/** @param {FunctionOptions} options */
function check(options) {
  if (cores(options.minCpu) > cores(options.maxCpu)) throw new OptionError('minCpu', options.minCpu, `at most maxCpu, ${options.maxCpu}`);
  if (cores(options.maxCpu) === 0) throw new OptionError('maxCpu', options.maxCpu, 'more than nothing');
  if (bytes(options.minMemory) > bytes(options.maxMemory)) throw new OptionError('minMemory', options.minMemory, `at most maxMemory, ${options.maxMemory}`);
  if (bytes(options.maxMemory) < 64 * 2 ** 20) throw new OptionError('maxMemory', options.maxMemory, 'at least 64Mi: Node alone takes 50');
  if (options.minConcurrency > options.maxConcurrency) throw new OptionError('minConcurrency', options.minConcurrency, `at most maxConcurrency, ${options.maxConcurrency}`);
  for (const key of ['prefix', 'suffix', 'description']) {
    const value = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (options))[key];
    // eslint-disable-next-line no-control-regex -- that is what is looked for
    if (typeof value === 'string' && /[\u0000-\u001f\u007f]/.test(value)) throw new OptionError(key, value, 'text without control characters');
  }
  if (options.outputPath.startsWith('/') || options.outputPath.split('/').includes('..')) throw new OptionError('outputPath', options.outputPath, 'a path below the workspace');
  if (options.outputPath === options.projectRoot || options.projectRoot.startsWith(`${options.outputPath}/`)) throw new OptionError('outputPath', options.outputPath, 'a folder of its own: it is emptied');
  for (const name of Object.keys(options.entries)) if (!/^[a-z][a-z0-9-]*$/.test(name) || name === 'server') throw new OptionError('entries', name, 'names of lower-case letters, digits and -, other than server');
  const names = [...options.environment.map((variable) => variable.name), ...options.secretKeys.map((key) => key.name)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw new OptionError('environment, secretKeys', twice, 'each name once: a function reads its settings from both');
}

/** @param {string} text @returns {number} */
export function cores(text) {
  return text.endsWith('m') ? Number(text.slice(0, -1)) / 1000 : Number(text);
}

/** @param {string} text @returns {number} */
export function bytes(text) {
  return Number(text.slice(0, -2)) * { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 }[/** @type {'Ki' | 'Mi' | 'Gi'} */ (text.slice(-2))];
}

/** What the pieces are called on the cluster. @param {FunctionOptions} options */
export function resourceNames({ name }) {
  return { pipeline: `${name}-pipeline`, elementTrigger: `${name}-objects`, scheduleTrigger: `${name}-schedule`, deployment: name };
}
