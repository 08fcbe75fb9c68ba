// Whose work is in the bundle, and under which terms.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} root
 * @param {string[]} inputs the bundle's, from root
 * @returns {string} one section a package, sorted, each with its licence as the package has it
 */
export function notices(root, inputs) {
  /** @type {Map<string, { name: string, version: string, license: string, text: string }>} */
  const packages = new Map();
  for (const input of inputs) {
    const folder = packageFolder(input);
    if (!folder || packages.has(folder)) continue;
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    packages.set(folder, { name, version, license: typeof license === 'string' ? license : license?.type ?? 'not stated', text: licenseText(join(root, folder)) });
  }
  const sections = [...packages.values()]
    .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1))
    .map(({ name, version, license, text }) => `${'─'.repeat(72)}\n${name} ${version}\nLicence: ${license}\n\n${text}\n`);
  const head = sections.length ? 'The server is one file that holds these packages beside its own code.' : 'The server holds no packages of others.';
  return `${head}\n\n${sections.join('\n')}`;
}

/** node_modules/a/node_modules/@b/c of node_modules/a/node_modules/@b/c/lib/x.js; nothing for a file of ours. @param {string} input */
export function packageFolder(input) {
  const at = input.lastIndexOf('node_modules/');
  if (at < 0) return undefined;
  const parts = input.slice(at + 'node_modules/'.length).split('/');
  return input.slice(0, at) + ['node_modules', ...parts.slice(0, parts[0]?.startsWith('@') ? 2 : 1)].join('/');
}

/** @param {string} folder */
function licenseText(folder) {
  const file = readdirSync(folder).filter((name) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(name) && existsSync(join(folder, name))).sort()[0];
  return file ? readFileSync(join(folder, file), 'utf8').replace(/\r\n/g, '\n').trim() : 'The package comes without the text of its licence.';
}
