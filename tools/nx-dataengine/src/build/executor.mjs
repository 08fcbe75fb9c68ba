// build-function: everything that a cluster needs to run an app as a function, into one folder.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bundle } from './bundle.mjs';
import { eventSamples } from './events.mjs';
import { dockerfile, dockerignore, layer } from './image.mjs';
import { elementTriggerManifest, functionManifest, localConfig, pipelineManifest, placeholders, scheduleTriggerManifest, secretManifest } from './manifests.mjs';
import { notices } from './notices.mjs';
import { resolveOptions } from './options.mjs';
import { readme } from './readme.mjs';
import { script } from './scripts.mjs';
import { putShim } from './shim.mjs';
import { newTree, put, sorted, writeTree } from './tree.mjs';

/** @typedef {import('./options.mjs').FunctionOptions} FunctionOptions */

/**
 * @param {Record<string, unknown>} given
 * @param {{ root: string, projectName?: string, projectsConfigurations: { projects: Record<string, { root: string }> } }} context
 * @returns {Promise<{ success: boolean }>}
 */
export default async function buildFunction(given, context) {
  try {
    const project = context.projectsConfigurations.projects[context.projectName ?? ''];
    if (!project) throw new Error(`${context.projectName}: nx knows no such project`);
    const options = resolveOptions(given, { root: context.root, projectRoot: project.root });
    const tree = await functionTree(options);
    writeTree(tree, join(options.root, options.outputPath));
    const asked = placeholders(options).map(({ name }) => name);
    console.log(`${options.outputPath}: ${tree.size} files; server.mjs ${size(tree, 'server.mjs')}${options.shim === 'python' ? '; the Python function in python/' : ''}`);
    console.log(`deploy.sh asks for ${[...asked].join(', ') || 'nothing'}; bash ${options.outputPath}/deploy.sh --dry-run shows what it would do.`);
    return { success: true };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return { success: false };
  }
}

/**
 * The files of dist/function, in memory.
 * @param {FunctionOptions} options
 */
export async function functionTree(options) {
  const tree = newTree();
  const { files, inputs } = await bundle(options);
  for (const { path, content } of files) put(tree, path, content);
  put(tree, 'package.json', json({ name: options.name, version: options.version, private: true, description: options.description, type: 'module', main: 'server.mjs', engines: { node: '>=20' } }));
  put(tree, 'LICENSE', license(options));
  put(tree, 'THIRD-PARTY-NOTICES.txt', notices(options.root, inputs));
  put(tree, 'Dockerfile', dockerfile(options));
  put(tree, '.dockerignore', dockerignore(options));
  if (options.layer) put(tree, 'layer.tar', layer(tree, options));

  put(tree, 'function.yaml', functionManifest(options));
  put(tree, 'trigger-element.yaml', elementTriggerManifest(options));
  if (options.cron) put(tree, 'trigger-schedule.yaml', scheduleTriggerManifest(options));
  put(tree, 'pipeline.yaml.tmpl', pipelineManifest(options));
  if (options.secretName) put(tree, 'secret.yaml.example', secretManifest(options));
  put(tree, 'config.yaml', localConfig(options));
  put(tree, 'deploy.env.example', `# What differs from site to site. Copy this out of here, fill it in, and give it to deploy.sh --env-file.\n${placeholders(options).map(({ name, description }) => `\n# ${description}\n${name}=\n`).join('')}`);

  const samples = ownEvents(options) ?? eventSamples(options);
  for (const [name, sample] of Object.entries(samples)) put(tree, `events/${name}`, json(sample));
  if (options.sample) put(tree, `sample/${basename(options.sample)}`, read(options, options.sample, 'sample'));
  for (const name of ['deploy.sh', 'smoke.sh', 'invoke-local.mjs', 'publish-revision.mjs', 's3-object.mjs']) put(tree, name, script(name, options), { executable: true });
  if (options.shim === 'python') putShim(tree, options);
  put(tree, 'README.md', readme(options, sorted(tree).map(([path, { content }]) => ({ path, size: content.length }))));
  return tree;
}

/** The events of an app that has its own; it knows best what it understands. @param {FunctionOptions} options @returns {Record<string, unknown> | undefined} */
function ownEvents({ root, projectRoot }) {
  const folder = join(root, projectRoot, 'events');
  if (!existsSync(folder)) return undefined;
  return Object.fromEntries(readdirSync(folder).filter((name) => name.endsWith('.json')).sort().map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8'))]));
}

/** @param {FunctionOptions} options */
function license(options) {
  const own = join(options.root, options.projectRoot, 'LICENSE');
  return existsSync(own) ? readFileSync(own) : read(options, options.license, 'license');
}

/** @param {FunctionOptions} options @param {string} file @param {string} option */
function read({ root }, file, option) {
  try {
    return readFileSync(join(root, file));
  } catch {
    throw new Error(`${option}: found ${JSON.stringify(file)}, expected a file, from the workspace's root`);
  }
}

/** @param {unknown} value */
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** @param {import('./tree.mjs').FileTree} tree @param {string} path */
const size = (tree, path) => `${((tree.get(path)?.content.length ?? 0) / 1e6).toFixed(2)} MB`;
