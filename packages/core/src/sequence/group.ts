import { frameNameOf } from './frame-name.ts';

export interface FrameFile {
  /** As it was given. */
  readonly name: string;
  readonly frame: number;
}

/** Files that belong together, or one file alone. */
export interface Sequence {
  /** `beauty.####.exr` with one `#` a digit (a single `#` for numbers without leading zeros), or the name of a file without a frame number. */
  readonly pattern: string;
  /** True when the pattern stands for frames. */
  readonly isSequence: boolean;
  /** Rising; empty for a file without a frame number. */
  readonly frames: readonly FrameFile[];
}

/**
 * Groups names (or paths) by pattern, in the order of the patterns. Files of the same name but different widths are one sequence where no number has
 * leading zeros (`a.998.exr … a.1002.exr`), or where the wider ones are the padded ones that outgrew their padding (`a.0998.exr … a.10000.exr`).
 */
export function groupSequences(names: Iterable<string>): Sequence[] {
  const alone: Sequence[] = [];
  const families = new Map<string, { before: string; after: string; widths: Map<number, { padded: boolean; files: FrameFile[] }> }>();
  for (const name of names) {
    const found = frameNameOf(name);
    if (!found) {
      alone.push({ pattern: name, isSequence: false, frames: [] });
      continue;
    }
    const { before, after, width, digits, frame } = found;
    const key = `${before}\0${after}`;
    let family = families.get(key);
    if (!family) families.set(key, (family = { before, after, widths: new Map() }));
    const padded = /^-?0\d/.test(digits);
    const some = family.widths.get(width);
    if (some) {
      some.files.push({ name, frame });
      some.padded ||= padded;
    } else family.widths.set(width, { padded, files: [{ name, frame }] });
  }
  const sequences = [...families.values()].flatMap(({ before, after, widths }) => {
    const groups: { hashes: number; files: FrameFile[] }[] = [];
    for (const [width, { padded, files }] of [...widths].sort(([a], [b]) => a - b)) {
      const last = groups.at(-1);
      if (last && !padded) last.files.push(...files);
      else groups.push({ hashes: width, files });
    }
    return groups.map(({ hashes, files }) => {
      const unpadded = widths.size > 1 && files.every(({ name }) => !/^-?0\d/.test(frameNameOf(name)!.digits));
      return { pattern: `${before}${'#'.repeat(unpadded ? 1 : hashes)}${after}`, isSequence: true, frames: files.sort((a, b) => a.frame - b.frame) };
    });
  });
  return [...alone, ...sequences].sort((a, b) => (a.pattern < b.pattern ? -1 : a.pattern > b.pattern ? 1 : 0));
}
