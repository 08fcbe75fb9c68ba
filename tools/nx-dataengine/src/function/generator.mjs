// A new function app: the files of files/, and the line in the root's tsconfig.json that lets the editor and `tsc --build` find it.
import { dirname, relative } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import devkit from '@nx/devkit';

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ name: string, directory?: string, description?: string, suffix?: string }} options
 */
export default async function functionGenerator(tree, { name, directory = `apps/${name}`, description = 'A VAST DataEngine function.', suffix = '.exr' }) {
  const root = devkit.joinPathFragments(directory);
  if (root.startsWith('/') || root.split('/').includes('..')) throw new Error(`directory: found ${JSON.stringify(directory)}, expected a path below the workspace`);
  if (tree.exists(`${root}/package.json`)) throw new Error(`${root}: there is a package already; name another directory`);
  const scope = tree.exists('package.json') ? JSON.parse(tree.read('package.json', 'utf8') ?? '{}') : {};
  devkit.generateFiles(tree, fileURLToPath(new URL('files', import.meta.url)), root, {
    name, description, suffix, root, up: relative(root, '.') || '.', license: scope.license ?? 'UNLICENSED',
  });
  if (tree.exists('tsconfig.json')) {
    devkit.updateJson(tree, 'tsconfig.json', (json) => {
      const path = `./${root}`;
      if (json.references && !json.references.some((/** @type {{ path: string }} */ reference) => reference.path === path)) json.references.push({ path });
      return json;
    });
  }
  return () => {
    console.log(`${root}: write src/handler.ts, then \`npm install\` (so that package-lock.json knows it), \`nx test ${name}\`, \`nx build-function ${name}\`.`);
    if (dirname(root) !== 'apps') console.log(`See that the workspaces of package.json hold ${root}.`);
  };
}
