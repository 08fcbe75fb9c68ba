// python/: a function in Python that runs the bundled server, for clusters that build functions with `vastde functions build`.
import { readFileSync } from 'node:fs';
import { put } from './tree.mjs';

/** @typedef {import('./options.mjs').FunctionOptions} FunctionOptions */

/**
 * @param {import('./tree.mjs').FileTree} tree with server.mjs in it
 * @param {FunctionOptions} options
 */
export function putShim(tree, options) {
  const own = (/** @type {string} */ name) => readFileSync(new URL(`shim/${name}`, import.meta.url), 'utf8');
  const copy = (/** @type {string} */ name) => /** @type {{ content: Buffer }} */ (tree.get(name)).content;
  put(tree, 'python/main.py', own('main.py'));
  put(tree, 'python/requirements.txt', own('requirements.txt'));
  put(tree, 'python/Aptfile', ''); // the builder looks for both; there is nothing to add
  put(tree, 'python/customDeps', '');
  put(tree, 'python/shim.json', `${JSON.stringify({
    name: options.name,
    secrets: options.secretName ? [options.secretName] : [],
    secrets_variable: options.secretsVariable,
    start_seconds: 30,
    event_seconds: options.timeout,
    drain_seconds: Math.min(25, options.timeout),
  }, null, 2)}\n`);
  for (const name of ['server.mjs', 'LICENSE', 'THIRD-PARTY-NOTICES.txt']) put(tree, `python/${name}`, copy(name));
  put(tree, 'python/README.md', `# ${options.name} as a Python function

For clusters whose functions are built with \`vastde functions build\`: main.py starts server.mjs and forwards every event to it.

    vastde functions build ${options.name} --target . --handlers main.py --image-tag TAG
    vastde functions localrun ${options.name} --config ../config.yaml --image-tag TAG

Then push the image and deploy it like the other: \`bash ../deploy.sh --skip-image --image-tag TAG …\`.
The image is about 2 GB, since it holds the platform's Python, against about 200 MB of the plain one. In return the platform's own runtime
keeps the protocol, and takes logs and traces. shim.json holds the times: ${options.timeout} s for an event, 30 s for a start.
`);
}
