/**
 * Which program wrote a part. A name before habits (writer-habits.ts), and of names the one that the last writer leaves: programs that copy a file keep
 * what an earlier one said of itself, so this is "last named by".
 */
import { valueOf } from './attribute.ts';
import type { Attribute, PartHeader } from './types.ts';
import { writerByHabit } from './writer-habits.ts';

/** Attributes that name the program that wrote the file, the surest first. Compared in lower case, without an `exr/` before them (Nuke). */
const NAMING = ['software', 'exif:software', 'tiff:software', 'writer', 'creator', 'xmp:creatortool', 'renderer', 'nuke/version', 'blendermeta/version', 'generatedby', 'createdby', 'generator', 'application', 'comment', 'comments', 'blendermultichannel'] as const;

/** Attributes of a program, by the beginning of their names; a name that ends in "version" says which one. */
const PREFIXES: readonly (readonly [prefix: string, what: string])[] = [
  ['arnold/', 'Arnold'],
  ['renderman/', 'RenderMan'],
  ['rman', 'RenderMan'],
  ['karma', 'Karma'],
  ['vray', 'V-Ray'],
  ['octane', 'Octane'],
  ['redshift', 'Redshift'],
  ['husk', 'Husk'],
  ['houdini', 'Houdini'],
  ['unreal/', 'Unreal Engine'],
  ['blender', 'Blender'],
  ['cycles.', 'Blender'],
  ['nuke/', 'Nuke'],
  ['fusion', 'Fusion'],
  ['natron/', 'Natron'],
  ['gaffer:', 'Gaffer'],
  ['corona', 'Corona'],
  ['guerilla', 'Guerilla'],
  ['clarisse', 'Clarisse'],
];
/** Those of them whose attributes, without any version, are no accident: nobody else writes a name that begins so. */
const TELLING_PREFIXES = new Set(['arnold/', 'unreal/', 'cycles.', 'nuke/', 'natron/', 'gaffer:', 'renderman/']);

/** Attributes that only one program writes, whatever they hold. */
const OWN_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['krita_layers_info', 'Krita'],
  ['oiio:subimages', 'OpenImageIO'],
  ['oiio:ColorSpace', 'OpenImageIO'],
  ['oiio:AverageColor', 'OpenImageIO'],
  ['oiio:ConstantColor', 'OpenImageIO'],
  ['oiio:SHA-1', 'OpenImageIO'],
]);
/** What Blender stamps into files when it is asked to (Output, Metadata): a few of these together. */
const BLENDER_STAMPS = ['Camera', 'Date', 'File', 'Frame', 'RenderTime', 'Scene', 'Time'];
/** What pfstools and Luminance HDR keep of a PFS stream's tags. */
const PFS_TAGS = ['FILE_NAME', 'LUMINANCE', 'WHITE_EFFICACY', 'BPS'];

/**
 * The program that wrote the part, with its version where it is there: "Arnold 7.2.1.0", "Blender 5.2.2 LTS", "FFmpeg", "darktable 4.2.1". From
 * attributes that name it, then from attributes that only it writes, then from its habits. Null when nothing says.
 */
export function softwareOf(part: PartHeader): string | null {
  let best: { rank: number; text: string } | null = null;
  let versioned: string | null = null;
  let prefixed: string | null = null;
  let own: string | null = null;
  for (const attribute of part.attributes) {
    own ??= OWN_ATTRIBUTES.get(attribute.name) ?? null;
    const name = attribute.name.toLowerCase();
    const base = name.startsWith('exr/') ? name.slice(4) : name;
    const known = PREFIXES.find(([prefix]) => base.startsWith(prefix));
    if (known && TELLING_PREFIXES.has(known[0])) prefixed ??= known[1];
    if (attribute.type !== 'string') continue;
    const rank = (NAMING as readonly string[]).indexOf(base);
    if (rank >= 0 && (best === null || rank < best.rank)) {
      const text = nameIn(base, attribute);
      if (text) best = { rank, text };
    } else if (known && versioned === null && /version$/.test(base)) {
      const text = valueOf(attribute, 'string')?.slice(0, LONGEST_NAME).trim();
      if (text) versioned = text.toLowerCase().startsWith(known[1].toLowerCase()) ? text : `${known[1]} ${text}`;
    }
  }
  if (best !== null && best.rank < NAMING.indexOf('comment')) return best.text;
  return versioned ?? best?.text ?? prefixed ?? own ?? byTags(part) ?? writerByHabit(part);
}

/** Characters of a text that a program's name may stand in. */
const LONGEST_NAME = 1000;

/** The program that an attribute of `NAMING` names; null when it holds something else. */
function nameIn(base: string, attribute: Attribute): string | null {
  const text = valueOf(attribute, 'string')?.slice(0, LONGEST_NAME).trim();
  if (!text) return null;
  switch (base) {
    case 'nuke/version': return `Nuke ${text}`;
    case 'blendermeta/version': return `Blender ${text}`;
    // "Blender V2.55.1 and newer", in every version: it names the layout and not the program's version.
    case 'blendermultichannel': return 'Blender';
    // Mitsuba: "Mitsuba version 3.9.1"
    case 'generatedby': case 'createdby': case 'generator': case 'application': return inSentence(text) ?? text.replace(/^([A-Za-z][\w -]*?) version (?=\d)/i, '$1 ');
    case 'comment': case 'comments': return inSentence(text);
    case 'writer': return /^(?:lavc|lavf|libavcodec)\b ?(.*)$/i.exec(text)?.slice(1).map((version) => `FFmpeg ${version}`.trim())[0] ?? text;
    // OpenImageIO appends the command line or a hash of it; the attribute itself keeps it.
    default: return /^OpenImageIO \S+(?= : )/.exec(text)?.[0] ?? inSentence(text) ?? text;
  }
}

/** "Developed using darktable 4.2.1", "Created with GIMP": what a sentence in a comment says of the program. */
function inSentence(text: string): string | null {
  if (text.length > 200) return null;
  return /^(?:created|developed|made|rendered|written|generated|exported|saved|produced) (?:with|using|by|in|from) +(?:the +)?([A-Za-z][^\n;,]{1,60}?)[.\s]*$/i.exec(text)?.[1] ?? null;
}

function byTags({ attributes }: PartHeader): string | null {
  const names = new Set(attributes.filter(({ type }) => type === 'string').map(({ name }) => name));
  if (names.has('RenderTime') && BLENDER_STAMPS.filter((name) => names.has(name)).length >= 4) return 'Blender';
  if (['File', 'Date', 'Scene'].every((name) => names.has(name)) && BLENDER_STAMPS.filter((name) => names.has(name)).length >= 4) return 'Blender';
  if ([...names].some((name) => name.startsWith('Exif:') || name.startsWith('oiio:')) && names.has('Exif:ImageHistory')) return 'OpenImageIO';
  if (PFS_TAGS.filter((name) => names.has(name)).length >= 2) return 'pfstools or Luminance HDR';
  return null;
}
