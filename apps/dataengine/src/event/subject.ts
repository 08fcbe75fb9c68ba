/** What an event is about: which objects, and what happened to them. */
import type { Incoming } from './incoming.ts';
import { NO_WISHES, wishesOf, type Wishes } from './options.ts';

export type Family = 'element' | 'schedule' | 'function' | 'other';
export type Action = 'created' | 'removed' | 'tagged';

/** One object that something happened to. */
export interface Subject {
  readonly action: Action;
  readonly bucket: string;
  /** The key, and where it is not certain how the sender has written it, what else it may be: to be tried in this order. */
  readonly keys: readonly [string, ...string[]];
  /** What the event says of the version, null where it says nothing. */
  readonly etag: string | null;
  readonly sequencer: string | null;
  readonly size: number | null;
  /** ISO 8601 in UTC. */
  readonly time: string | null;
}

export interface Request {
  readonly family: Family;
  readonly subjects: readonly Subject[];
  readonly wishes: Wishes;
}

/** An event that names nothing we could look at. Trying again will not change that. */
export class NoSubject extends Error {
  override readonly name = 'NoSubject';
}

type Data = Readonly<Record<string, unknown>>;
/** Names of buckets have 63 characters, of old ones 255. */
const MOST_BUCKET = 255;
/** Objects in one event. */
const MOST_RECORDS = 1000;

export function familyOf(type: string): Family {
  if (/^vastdata\.com:element\b/i.test(type)) return 'element';
  if (/^vastdata\.com:schedule\b/i.test(type)) return 'schedule';
  return /^vastdata\.com:function\b/i.test(type) ? 'function' : 'other';
}

/**
 * Reads the location from, in this order: `Records[]` of an S3 event together with `elementpath`, flat keys of the data, `elementpath` alone.
 * @param bucket that a path without one is in
 * @throws {NoSubject} saying what was looked for
 */
export function requestOf(event: Incoming, bucket: string | null): Request {
  const family = familyOf(event.type);
  const layers = layersOf(event.data);
  const wishes = layers.length > 0 ? wishesOf(layers.reduceRight<Data>((all, each) => Object.assign(all, each), {} as Data)) : NO_WISHES;
  if (family === 'schedule') return { family, subjects: [], wishes };
  const elementPath = text(event['elementpath']);
  const time = timeOf(event.time);
  const records = layers.map((layer) => layer['Records']).find((list) => Array.isArray(list)) as unknown[] | undefined;
  if (records !== undefined && records.length > MOST_RECORDS) throw new NoSubject(`${records.length} records in one event, expected at most ${MOST_RECORDS}`);
  const action = actionOf(event.type) ?? 'created';
  let subjects = (records ?? []).flatMap((record) => recordSubject(record, records!.length === 1 ? elementPath : null, action, time) ?? []);
  if (subjects.length === 0) subjects = elementPath === null ? flatSubjects(layers, bucket, action, time) : [elementSubject(elementPath, action, time)];
  if (subjects.length === 0) throw new NoSubject(`${event.type}: the event names no file, expected elementpath, Records[].s3, s3_bucket and s3_key, bucket and key, or data.path`);
  if (subjects.some((subject) => subject.bucket.length > MOST_BUCKET)) throw new NoSubject(`${event.type}: a bucket of more than ${MOST_BUCKET} characters`);
  return { family, subjects, wishes };
}

/** The data, and what other runtimes have wrapped it in: a structured event within `data`, JSON within a text. */
function layersOf(data: unknown): Data[] {
  const layers: Data[] = [];
  for (let at = data, depth = 0; depth < 4; depth++) {
    if (typeof at === 'string' && /^\s*\{/.test(at)) at = parsed(at);
    if (typeof at !== 'object' || at === null || Array.isArray(at) || ArrayBuffer.isView(at)) break;
    layers.push(at as Data);
    at = (at as Data)['data'];
  }
  return layers;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Three names for one thing are known (ObjectCreated:*, Element.ObjectCreated, Element.ElementCreated), those of removals and tags are not: words decide. */
export function actionOf(name: string): Action | null {
  if (/tag/i.test(name)) return 'tagged'; // before "delete": ObjectTagging:Delete leaves the object alone
  if (/remov|delet|expir/i.test(name)) return 'removed';
  return /creat|put|post|copy|complete|upload|restor/i.test(name) ? 'created' : null;
}

function recordSubject(record: unknown, elementPath: string | null, action: Action, time: string | null): Subject | null {
  const { eventName, eventTime, s3 } = (record ?? {}) as { eventName?: unknown; eventTime?: unknown; s3?: { bucket?: Data; object?: Data } };
  const [bucket, raw] = [text(s3?.bucket?.['name']), text(s3?.object?.['key'])];
  if (bucket === null || raw === null) return null;
  const object = s3!.object!;
  const whole = elementPath === null ? null : splitPath(elementPath);
  return {
    action: actionOf(text(eventName) ?? '') ?? action, bucket, keys: spellings(raw, whole?.bucket === bucket ? whole.key : null), etag: text(object['eTag'])?.replaceAll('"', '') || null, sequencer: hex(object['sequencer']),
    size: typeof object['size'] === 'number' ? object['size'] : null, time: timeOf(eventTime) ?? time,
  };
}

/** What the key may be, likeliest first, from how the record writes it (percent-encoded, as S3's documentation has it) and how `elementpath` does (nobody knows). */
function spellings(raw: string, element: string | null): [string, ...string[]] {
  const decoded = decodedForm(raw);
  if (element === null) return distinct([decoded, raw]);
  if (element === decoded) return [decoded]; // both say the same: nothing is left to guess
  return formsOf(element).includes(decoded) ? distinct([decoded, element]) : distinct([element, decoded, ...formsOf(element), raw]);
}

function elementSubject(path: string, action: Action, time: string | null): Subject {
  const whole = splitPath(path);
  if (whole === null) throw new NoSubject(`elementpath ${JSON.stringify(path.slice(0, 200))}: expected bucket/key`);
  return { action, bucket: whole.bucket, keys: distinct([whole.key, ...formsOf(whole.key), decodedForm(whole.key)]), etag: null, sequencer: null, size: null, time };
}

/** Our own output (`file` is an object), the keys of the platform's examples, and those of the original's first event. */
function flatSubjects(layers: readonly Data[], bucket: string | null, action: Action, time: string | null): Subject[] {
  for (const layer of layers) {
    const file = typeof layer['file'] === 'object' && layer['file'] !== null ? (layer['file'] as Data) : undefined;
    const found = [layer, ...(file ? [file] : [])].flatMap((each) => [pair(each['s3_bucket'], each['s3_key']), pair(each['bucket'], each['key'])]).find((each) => each !== null)
      ?? [layer['path'], layer['file'], layer['file_path'], file?.['path']].map((path) => pathOf(text(path), bucket)).find((each) => each !== null);
    if (found) return [{ action, bucket: found.bucket, keys: [found.key], etag: null, sequencer: null, size: null, time }];
  }
  return [];
}

const pair = (bucket: unknown, key: unknown): Place | null => (text(bucket) !== null && text(key) !== null ? { bucket: text(bucket)!, key: text(key)! } : null);

interface Place {
  readonly bucket: string;
  readonly key: string;
}

/** `s3://bucket/key`; a path below the bucket that is configured; else `bucket/key`, a slash before it or not. */
function pathOf(path: string | null, bucket: string | null): Place | null {
  if (path === null) return null;
  if (/^s3:\/\//i.test(path)) return splitPath(path.slice(5));
  const below = path.replace(/^\/+/, '');
  return bucket === null ? splitPath(below) : below === '' ? null : { bucket, key: below };
}

/** At the first slash. */
export function splitPath(path: string): Place | null {
  const slash = path.indexOf('/');
  return slash > 0 && slash < path.length - 1 ? { bucket: path.slice(0, slash), key: path.slice(slash + 1) } : null;
}

/** What a key that came in a header or in `elementpath` may have been before somebody wrote it down: the escaping of both is documented nowhere. */
function formsOf(key: string): string[] {
  return [key, utf8OfLatin1(key)].flatMap((each) => (each === null ? [] : [each, percentDecoded(each)])).filter((each) => each !== null);
}

/** As S3 events have it: percent-encoded, with a plus for a space. What is no such text stays as it is. */
export function decodedForm(key: string): string {
  return percentDecoded(key.replaceAll('+', ' ')) ?? key;
}

function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Node reads headers as Latin-1; a sender may have put UTF-8 there. */
function utf8OfLatin1(text: string): string | null {
  if (!/[\u0080-\u00ff]/.test(text) || /[^\u0000-\u00ff]/.test(text)) return null; // eslint-disable-line no-control-regex
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
  } catch {
    return null;
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const hex = (value: unknown): string | null => (typeof value === 'string' && /^[0-9a-f]{1,64}$/i.test(value) ? value : null);
const distinct = (keys: readonly string[]): [string, ...string[]] => [...new Set(keys.filter((key) => key !== ''))] as [string, ...string[]];

function timeOf(value: unknown): string | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
