// Case number → damaged file: the same for the same seed and the same files.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutated } from './mutate.mjs';
import { randomOf } from './random.mjs';

const root = fileURLToPath(new URL('../../../test-fixtures/', import.meta.url));
/** Larger files would make a case slow for no new reason. */
const MOST_BYTES = 512 * 1024;

/** The files to damage, by name: the fixtures, and those of $EXR_CORPUS when it is set. */
export function originals({ only = '', corpus = process.env.EXR_CORPUS } = {}) {
  const found = [];
  for (const [label, folder] of [['', root], ...(corpus ? [['corpus/', corpus]] : [])]) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      const name = label + relative(folder, path);
      if (entry.isFile() && (label ? /\.exr$|damaged\//.test(name) : name.endsWith('.exr')) && name.includes(only)) found.push({ name, path });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap(({ name, path }) => {
    const bytes = new Uint8Array(readFileSync(path));
    return bytes.length > 16 && bytes.length <= MOST_BYTES ? [{ name, bytes }] : [];
  });
}

export function caseOf(seed, number, files) {
  const random = randomOf(seed, number);
  const [file, other] = [random.pick(files), random.pick(files)];
  const { bytes, done } = mutated(random, file.bytes, other.bytes);
  return { name: file.name, done, bytes, tight: random.chance(0.5) };
}
