/**
 * Which attributes say something about the frame rather than about how it was made: times, dates, hosts, paths, frame numbers, seeds, hashes,
 * camera matrices. Known by the words of their name or by the shape of their value, never by a list of exact names: every studio has its own.
 */
import type { ReportAttribute } from '../report/index.ts';

/** The same few hundred names come with every file. */
function remembered<T>(memory: Map<string, T>, name: string, work: (name: string) => T): T {
  let result = memory.get(name);
  if (result === undefined) {
    if (memory.size >= 4096) memory.clear();
    memory.set(name, (result = work(name)));
  }
  return result;
}

/** `exr/renderTimeMs` → exr, render, time, ms. */
export function wordsOf(name: string): readonly string[] {
  return remembered(words, name, splitName);
}
const words = new Map<string, readonly string[]>();

function splitName(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

const VOLATILE_WORDS = new Set(
  ('time times timestamp date datetime day clock timecode keycode frame frames frameno current now start started end finish finished begin elapsed duration seconds secs sec ms ' +
    'minutes wallclock cpu walltime runtime eta host hostname hosts node machine computer workstation blade worker slave server ip address mac pid process thread threads core cores ' +
    'gpu device driver os kernel uname platform user username login uid uuid guid id ids jobid job task taskid batch slot session hash md sha crc checksum digest signature etag seed ' +
    'random rand noise path paths file filename filenames filepath dir directory folder cwd output input outputs inputs url uri href location destination source scenefile ' +
    'command commandline cmd cmdline args argv history log env environment mem memory ram rss vm peak usage used load swap progress percent stat stats statistics rays ray hits samples ' +
    'spp count counts counter total index number num serial sequence_number take retry attempt matrix transform camera xform world ndc screen focus distance near far clip fov ' +
    'min max mean avg average sum luminance exposure latitude longitude altitude gps ticket token tok stamp bbox bounds bound crop region window pixels pixel modified created updated exported rendered built write written').split(' '),
);
/** Words that mark the value as lasting even beside one of the words above: `cameraModel`, `frame rate`, `colorSpace source`. */
const LASTING_WORDS = new Set('rate fps model make lens colorspace colourspace color colour space space format version owner copyright artist department show project production shot studio facility quality filter preset profile'.split(' '));

/** True when the name speaks of one frame, one machine or one moment. */
export function volatileName(name: string): boolean {
  return remembered(verdicts, name, judgeName);
}
const verdicts = new Map<string, boolean>();

function judgeName(name: string): boolean {
  const words = wordsOf(name);
  if (words.includes('per')) return false; // framesPerSecond
  if (words.slice(-2).some((word) => LASTING_WORDS.has(word)) && !words.some((word) => HARD_VOLATILE.has(word)) && !VOLATILE_WORDS.has(words[words.length - 1]!)) return false;
  return words.some((word) => VOLATILE_WORDS.has(word) || /^(time|date|host|computer|machine|render_?time|seed|hash|uuid|guid|path|timestamp)|(time|date|host|seed|hash|uuid|guid|path|timestamp)$/.test(word));
}
const HARD_VOLATILE = new Set('time timestamp date datetime host hostname path filename hash uuid guid seed pid elapsed checksum md sha digest duration machine url'.split(' '));

/** Types whose values move with the camera or the clock. */
const VOLATILE_TYPES = new Set(['timecode', 'keycode', 'm33f', 'm33d', 'm44f', 'm44d', 'box2i', 'box2f', 'preview', 'idmanifest', 'deepImageState']);

export function volatileType(type: string): boolean {
  return VOLATILE_TYPES.has(type);
}

const SHAPES: readonly RegExp[] = [
  /\d{4}[-:/.]\d{1,2}[-:/.]\d{1,2}/, // 2026-11-23, 2026:11:23
  /\d{1,2}[-/. ](\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{2,4}\b/, // 23.11.2026, 23-Nov-2026
  /\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*\b.*\d|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b.*\d/i,
  /\b\d{1,3}:\d{2}\b/, // 01:23:45
  /\b\d+(\.\d+)?\s*(ms|s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?|[kmgt]i?b|bytes)\b/i,
  /\b\d+h\s*\d+m|\b\d+m\s*\d+/i, // 1h02m, 3m20s
  /[0-9a-f]{8,}/i, // hashes and the words of a uuid (a plain word of a…f that long is rare)
  /^[\s\d.,:;+\-*/%()eE]+$/, // nothing but a number
  /[/\\].*[/\\]/, // a path
  /^[~/\\]|^[a-z]:[/\\]|:\/\//i,
  /\.(exr|ma|mb|hip\w*|nk|ass|rib|usd\w?|blend|c4d|max|vrscene|json|log|tmp|py|sh|tx|abc)\b/i,
  /\b\d{1,3}(\.\d{1,3}){3}\b.*[:.]|@/, // addresses
  /^[\w-]+(\.[\w-]+)*\.(local|lan|net|com|org|io|int|intra|internal|farm|corp)\b/i, // host names
  /^[A-Za-z0-9+/_-]{20,}={0,2}$/, // base64 and other tokens
];
/** Longest text taken for a setting. */
const LONGEST = 96;

/** True when a text looks like a moment, a measurement, a place or a random token. */
export function volatileText(text: string): boolean {
  if (text.length > LONGEST || text.trim() === '') return true;
  if (/^v?\d+(\.\d+){1,3}[a-z]?\d*$/i.test(text)) return false; // a version
  if (SHAPES.some((shape) => shape.test(text))) return true;
  return text.split(/[^A-Za-z0-9]+/).some((word) => word.length >= 6 && (word.match(/[A-Za-z]\d|\d[A-Za-z]/g)?.length ?? 0) >= 3); // k3x9qa
}

/** Digits as `#`: `render-041` and `render-107` are one value. */
export function masked(text: string): string {
  return text.toLowerCase().replace(/\d+/g, '#');
}

export function volatileAttribute(attribute: ReportAttribute): boolean {
  return volatileType(attribute.type) || volatileName(attribute.name) || (typeof attribute.value === 'string' && volatileText(attribute.value));
}
