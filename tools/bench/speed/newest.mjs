/**
 * Peers that Debian does not have yet: OpenEXR 3.4's exrmetrics and rdcore, the lower bound (decode + statistics on OpenEXRCore with AVX2).
 * They are looked for on the PATH, and in a chroot made by hand: EXR_NEWEST names its folder, RDCORE a command of one's own.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, linkSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

const root = process.env.EXR_NEWEST ?? '';
const usable = root !== '' && process.getuid?.() === 0 && existsSync(root);

export const newest = {
  exrmetrics: onPath('exrmetrics') || (usable && existsSync(join(root, 'usr/bin/exrmetrics'))),
  /** The command of rdcore, or null. */
  rdcore: process.env.RDCORE?.split(' ') ?? (onPath('rdcore') ? ['rdcore'] : usable && existsSync(join(root, 'usr/local/bin/rdcore')) ? ['chroot', root, 'rdcore'] : null),
};

function onPath(name) {
  return (process.env.PATH ?? '').split(':').some((folder) => folder && existsSync(join(folder, name)));
}

/** The path under which the chroot sees a file; linked (or copied) into it. Outside of a chroot the path itself. */
export function visible(path) {
  if (newest.rdcore?.[0] !== 'chroot' && !usable) return path;
  const folder = join(root, 'tmp/exr-bench');
  const inside = join(folder, basename(path));
  mkdirSync(folder, { recursive: true });
  if (!existsSync(inside)) {
    try {
      linkSync(path, inside);
    } catch {
      copyFileSync(path, inside);
    }
  }
  return `/tmp/exr-bench/${basename(path)}`;
}

/** Removes what visible() put into the chroot. */
export function tidy() {
  if (usable) rmSync(join(root, 'tmp/exr-bench'), { recursive: true, force: true });
}

/** Runs a tool that takes `inputs` and writes `out`, on the PATH or in the chroot. */
export function inNewest([tool, ...args], inputs, out) {
  if (onPath(tool)) return void execFileSync(tool, args, { stdio: 'ignore' });
  const written = visible(inputs[0]).replace(/[^/]*$/, basename(out));
  const map = new Map([...inputs.map((path) => [path, visible(path)]), [out, written]]);
  execFileSync('chroot', [root, tool, ...args.map((arg) => map.get(arg) ?? arg)], { stdio: 'ignore' });
  copyFileSync(join(root, written), out);
  rmSync(join(root, written));
}
