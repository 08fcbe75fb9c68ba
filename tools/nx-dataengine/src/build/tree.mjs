// Files to be written, and writing them so that the same content is always the same tree: sorted, with modes of ours and nothing left from before.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** @typedef {Map<string, { content: Buffer, executable: boolean }>} FileTree by path with /, relative to the output folder */

/** @returns {FileTree} */
export function newTree() {
  return new Map();
}

/**
 * @param {FileTree} tree
 * @param {string} path
 * @param {string | Buffer | Uint8Array} content
 * @param {{ executable?: boolean }} [flags]
 */
export function put(tree, path, content, { executable = false } = {}) {
  if (tree.has(path)) throw new Error(`${path}: two files of the function have this name`);
  tree.set(path, { content: typeof content === 'string' ? Buffer.from(content, 'utf8') : Buffer.from(content), executable });
}

/** @param {FileTree} tree @returns {[string, { content: Buffer, executable: boolean }][]} sorted by path, bytewise */
export function sorted(tree) {
  return [...tree].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/**
 * Empties the folder and writes the tree: files 0644 or 0755, folders 0755, whatever the umask.
 * @param {FileTree} tree
 * @param {string} folder absolute
 */
export function writeTree(tree, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  for (const [path, { content, executable }] of sorted(tree)) {
    const file = join(folder, path);
    for (let parent = dirname(path), made = []; ; parent = dirname(parent)) {
      if (parent !== '.') { made.push(parent); continue; }
      for (const one of made.reverse()) { mkdirSync(join(folder, one), { recursive: true }); chmodSync(join(folder, one), 0o755); }
      break;
    }
    writeFileSync(file, content);
    chmodSync(file, executable ? 0o755 : 0o644);
  }
}
