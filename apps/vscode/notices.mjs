// Licences of what others wrote and our bundles contain, as esbuild's metafiles tell.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const IN_PACKAGE = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//g;

/** Packages of which some bytes are in a bundle, by the folder that they lie in below `root`. @returns {Map<string, string>} folder → name */
export function bundledPackages(metafiles) {
  const found = new Map();
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const last = [...path.matchAll(IN_PACKAGE)].at(-1);
        if (!last || bytesInOutput === 0) continue;
        const folder = path.slice(0, last.index + last[0].length - 1).replace(/^(\.\.\/)+/, '');
        found.set(folder, last[1]);
      }
    }
  }
  return found;
}

/** One text with the name, version, licence and its words for each package. Throws for a package without a licence. */
export function notices(metafiles, root) {
  const parts = [...bundledPackages(metafiles)].sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([folder, name]) => {
    const at = join(root, folder);
    const { version, license } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'));
    const file = readdirSync(at).find((each) => /^licen[cs]e|^copying/i.test(each));
    if (!license && !file) throw new Error(`${name} ${version} has no licence`);
    const text = file ? readFileSync(join(at, file), 'utf8').trim() : `Licence: ${license} (the package has no text of it)`;
    return `${name} ${version} (${license ?? 'see below'})\n\n${text}\n`;
  });
  const intro = 'EXR Inspector contains code of the packages below. Each is used under its own licence.\n';
  return [intro, ...new Set(parts)].join(`\n${'-'.repeat(80)}\n\n`);
}

