/** Facts that people ask for and that several attributes may answer: software, time code, frame rate, frame number. */
import { valueOf } from './attribute.ts';
import type { PartHeader } from './types.ts';
import type { TimeCode } from './values.ts';

/** Attributes that name the program that wrote the file, the surest first. Compared in lower case, without an `exr/` before them (Nuke). */
const SOFTWARE_NAMES = ['software', 'creator', 'renderer', 'nuke/version', 'blendermeta/version'] as const;
/** Attributes of which only the program's own version says that it wrote the file: a prefix, before a name that ends in "version". */
const RENDERERS: readonly (readonly [prefix: string, what: string])[] = [
  ['arnold/', 'Arnold'],
  ['renderman/', 'RenderMan'],
  ['rman', 'RenderMan'],
  ['karma', 'Karma'],
  ['vray', 'V-Ray'],
  ['octane', 'Octane'],
  ['redshift', 'Redshift'],
  ['husk', 'Husk'],
  ['cycles.', 'Cycles'],
  ['nuke/', 'Nuke'],
  ['fusion', 'Fusion'],
];

/** Which program wrote the part, from its attributes: `Software`, `renderer`, `arnold/version` and the like. Null when nothing says. */
export function softwareOf(part: PartHeader): string | null {
  let best: { rank: number; text: string } | null = null;
  let renderer: string | null = null;
  for (const attribute of part.attributes) {
    if (attribute.type !== 'string') continue;
    const name = attribute.name.toLowerCase();
    const base = name.startsWith('exr/') ? name.slice(4) : name;
    const rank = (SOFTWARE_NAMES as readonly string[]).indexOf(base);
    if (rank >= 0 && (best === null || rank < best.rank)) {
      const text = valueOf(attribute, 'string')?.trim();
      // OpenImageIO appends the whole command line; the attribute itself keeps it.
      const short = text && (/^OpenImageIO \S+(?= : )/.exec(text)?.[0] ?? text);
      if (short) best = { rank, text: base === 'nuke/version' ? `Nuke ${short}` : base === 'blendermeta/version' ? `Blender ${short}` : short };
    } else if (renderer === null && base.endsWith('version')) {
      const known = RENDERERS.find(([prefix]) => base.startsWith(prefix));
      const text = known && valueOf(attribute, 'string')?.trim();
      if (text) renderer = `${known[1]} ${text}`;
    }
  }
  return best?.text ?? renderer;
}

/** "01:02:03:04"; drop-frame time has a semicolon before the frames, as SMPTE writes it. */
export function formatTimeCode({ hours, minutes, seconds, frame, dropFrame }: TimeCode): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(hours)}:${two(minutes)}:${two(seconds)}${dropFrame ? ';' : ':'}${two(frame)}`;
}

export function timeCodeOf(part: PartHeader): string | null {
  const value = valueOf(part.attribute('timeCode'), 'timecode');
  return value === undefined ? null : formatTimeCode(value);
}

/** Frames a second, from framesPerSecond; a denominator of 0 gives an infinity or NaN, as it divides. */
export function frameRateOf(part: PartHeader): number | null {
  const value = valueOf(part.attribute('framesPerSecond'), 'rational');
  return value === undefined ? null : value.numerator / value.denominator;
}

/**
 * The frame number in a file's name: three to eight digits between the last period or underscore and the extension, `beauty.1001.exr`,
 * `beauty_1001.exr`, `1001.exr`, and negative ones, `beauty.-0010.exr`. A hyphen that separates is no sign: `beauty-1001.exr` is frame 1001.
 * Null when the name has none.
 */
export function frameNumberOf(path: string): number | null {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const match = /(?:^|[._])(-?\d{3,8})\.(?:exr|sxr|mxr)$/i.exec(name) ?? /(?:^|[^\d-])-(\d{3,8})\.(?:exr|sxr|mxr)$/i.exec(name);
  if (!match) return null;
  return Number(match[1]) || 0; // never -0
}
