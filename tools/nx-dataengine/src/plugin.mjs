// What nx loads on every command: it gives each app that carries dataengine.json the target that builds its function. Nothing heavy is imported here.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The file that marks an app as a DataEngine function. Its fields are the options of the executor (src/build/schema.json). */
export const MARKER = 'dataengine.json';

/**
 * @typedef {{ targetName?: string }} PluginOptions `targetName`: how the target is called, `build-function` unless nx.json says otherwise
 */

/**
 * nx's hook for inferred targets: one per marker that stands beside a package.json.
 * @type {import('@nx/devkit').CreateNodesV2<PluginOptions>}
 */
export const createNodesV2 = [
  `**/${MARKER}`,
  (markers, options, context) => markers.flatMap((marker) => {
    const root = dirname(marker);
    if (!existsSync(join(context.workspaceRoot, root, 'package.json'))) return [];
    return [[marker, { projects: { [root]: { root, targets: { [options?.targetName ?? 'build-function']: target(readMarker(join(context.workspaceRoot, marker))) } } } }]];
  }),
];

/**
 * @param {Record<string, unknown>} options
 * @returns {import('@nx/devkit').TargetConfiguration}
 */
function target(options) {
  const files = [options['sample'], options['license']].filter((file) => typeof file === 'string');
  return {
    executor: '@exr/nx-dataengine:build-function',
    options,
    cache: true,
    dependsOn: ['^build'], // what core generates for itself is bundled from its sources
    inputs: [
      'default', '!{projectRoot}/**/*.test.ts', '^production', ...files.map((file) => `{workspaceRoot}/${file}`),
      '{workspaceRoot}/LICENSE', '{workspaceRoot}/tools/nx-dataengine/src/**/*', '{workspaceRoot}/package-lock.json', // esbuild's version, and every package's
    ],
    outputs: ['{options.outputPath}', '{projectRoot}/dist/function'],
    metadata: { technologies: ['dataengine'], description: 'Writes dist/function: bundle, Dockerfile, manifests and scripts of a VAST DataEngine function.' },
  };
}

/**
 * @param {string} file
 * @returns {Record<string, unknown>}
 */
function readMarker(file) {
  let value;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: expected JSON with the options of the build: ${/** @type {Error} */ (error).message}`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${file}: found ${JSON.stringify(value)}, expected an object with the options of the build`);
  delete value.$schema;
  return value;
}
