/** From what a client names to files: one file, the frames of a pattern, the EXRs of a folder. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { type ExrFile, ExrError, frameNumberOf, isExrError, isS3Url, meantName, openExr, parseFrameRanges, patternFits, s3Url } from '@exr/core';
import { ToolError } from '../answer/error.ts';
import { safe } from '../answer/text.ts';
import { folderOf, shownPath } from '../sandbox/folders.ts';
import { locateObject, objectsBelow, openObject } from '../sandbox/buckets.ts';
import { locate, openFile, openFolder } from '../sandbox/open.ts';
import type { Opened } from '../sandbox/opened.ts';
import { inTurnWhenLong } from '../work/giants.ts';
import { within } from '../work/turn.ts';
import type { Call } from './tool.ts';

export const EXTENSION = /\.(exr|sxr|mxr)$/i;
/** Frames of one sequence or folder that a call looks at; more is refused with a word. */
const MOST_FILES = 20_000;

export interface FrameRef {
  /** To be opened with; goes through the checks like whatever a client gives. */
  readonly path: string;
  readonly shown: string;
  readonly frame: number | null;
}

export type Target =
  | { readonly kind: 'file'; readonly file: FrameRef }
  /** A pattern or folder, in the order of frames and names. */
  | { readonly kind: 'many'; readonly shown: string; readonly files: readonly FrameRef[] };

export async function targetOf(path: string, frames: string | undefined, call: Call): Promise<Target> {
  if (isS3Url(path)) return objectTarget(path, frames, call);
  const last = basename(path);
  if (last.includes('#') && !(await isThere(call, path))) return filesOf(call, dirname(path), safe(path, 300), frames, (name) => patternFits(last, name));
  const real = await locate(call.folders, path);
  if ((await stat(real).catch(() => null))?.isDirectory()) return filesOf(call, path, safe(path, 300), frames, (name) => (EXTENSION.test(name) ? (frameNumberOf(name) ?? NaN) : null));
  if (frames !== undefined) throw noSequence();
  return { kind: 'file', file: { path, shown: safe(isAbsolute(path) ? shownPath(call.folders, real) : path, 300), frame: frameNumberOf(path) } };
}

function noSequence(): ToolError {
  return new ToolError('frames is for a sequence or folder: give its pattern ("beauty.####.exr") as path, or leave frames out.');
}

/** In a bucket: a name with a # that is no object's is a pattern, one with a slash at its end or without an extension a folder. */
async function objectTarget(path: string, frames: string | undefined, call: Call): Promise<Target> {
  const { bucket, key } = locateObject(call.buckets, path);
  const cut = key.lastIndexOf('/') + 1;
  const [above, last] = [key.slice(0, cut), key.slice(cut)];
  const shown = safe(path, 300);
  const list = async (folder: string, fits: (name: string) => boolean): Promise<string[]> => {
    const { objects, limit } = await objectsBelow(call.buckets, { bucket, key: folder }, { recursive: false, signal: call.signal, fits });
    if (limit !== null) throw new ToolError(`"${shown}": ${limit}.`);
    return objects.map((object) => object.key);
  };
  const ref = (one: string, frame: number | null): FrameRef => ({ path: s3Url({ bucket, key: one }), shown: safe(s3Url({ bucket, key: one }), 300), frame });
  const alone = (): Target => {
    if (frames !== undefined) throw noSequence();
    return { kind: 'file', file: ref(key, frameNumberOf(key)) };
  };
  if (last.includes('#')) {
    const keys = await list(above, (each) => each === last || patternFits(last, each) !== null);
    if (keys.includes(key)) return alone();
    return several(keys.map((each) => ref(each, patternFits(last, each.slice(cut)))), shown, frames);
  }
  if (EXTENSION.test(last)) return alone();
  const keys = await list(last === '' ? key : `${key}/`, (each) => EXTENSION.test(each));
  if (keys.length === 0 && last !== '') return alone();
  return several(keys.map((each) => ref(each, frameNumberOf(each))), shown, frames);
}

async function isThere(call: Call, path: string): Promise<boolean> {
  return locate(call.folders, path).then(() => true, () => false);
}

async function filesOf(call: Call, folder: string, shown: string, frames: string | undefined, fits: (name: string) => number | null): Promise<Target> {
  const opened = await openFolder(call.folders, folder);
  try {
    const found: FrameRef[] = [];
    for (const entry of await readdir(opened.read, { withFileTypes: true })) {
      const fit = fits(entry.name);
      if (fit === null || entry.isDirectory()) continue;
      const path = join(opened.real, entry.name);
      if (entry.isSymbolicLink() && !(await linksInside(call, path))) continue;
      found.push({ path, shown: safe(shownPath(call.folders, path), 300), frame: Number.isNaN(fit) ? null : fit });
    }
    return several(found, shown, frames);
  } finally {
    await opened.close();
  }
}

/** Those of the frames asked for, in order. */
function several(found: readonly FrameRef[], shown: string, frames: string | undefined): Target {
  const wanted = frames === undefined ? null : new Set(parseFrameRanges(frames));
  const files = found.filter(({ frame }) => !wanted || (frame !== null && wanted.has(frame)));
  if (files.length === 0) throw new ToolError(`"${shown}": no EXR file there${wanted ? ` with a frame of ${safe(frames!, 80)}` : ''}. Call exr_find to see what there is.`);
  if (files.length > MOST_FILES) throw new ToolError(`"${shown}": ${files.length} files are more than ${MOST_FILES}: narrow them with frames, e.g. "1001-1100".`);
  files.sort((a, b) => (a.frame ?? -Infinity) - (b.frame ?? -Infinity) || (a.path < b.path ? -1 : 1));
  return { kind: 'many', shown, files };
}

/** A link to a file inside an allowed folder is as good as the file. */
export async function linksInside(call: Call, path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => null);
  return real !== null && folderOf(call.folders, real) !== undefined && ((await stat(real).catch(() => null))?.isFile() ?? false);
}

/**
 * Opens, does the work, closes: in turn with other calls, and within the seconds that one file may take. `turn` is the call with the signal that says so.
 * Errors of core pass through: answer/result.ts makes sentences of them.
 */
export async function withFile<Result>(call: Call, path: string, work: (file: ExrFile, opened: Opened, turn: Call) => Promise<Result>): Promise<Result> {
  return withSource(call, path, async (opened, turn) => work(await openExr(opened.source, { limits: call.limits, signal: turn.signal }), opened, turn));
}

export async function withSource<Result>(call: Call, path: string, work: (opened: Opened, turn: Call) => Promise<Result>): Promise<Result> {
  return call.gate.run(call.signal, () => within(safe(path, 300), call.limits.seconds, call.signal, async (signal, aside) => {
    const opened = isS3Url(path) ? await openObject(call.buckets, path, signal) : await openFile(call.folders, path, call.hooks);
    try {
      return await inTurnWhenLong(opened.source, call.giants, signal, aside, (source) => work({ ...opened, source }, { ...call, signal }));
    } finally {
      await opened.source.close();
    }
  }), call.progress);
}

/** The part a client asks for, or the error that lists what there is. */
export function checkPart(file: ExrFile, index: number | undefined): void {
  if (index === undefined || file.parts[index]) return;
  const there = file.parts.slice(0, 20).map((part) => (part.name === null ? `${part.index}` : `${part.index} ${safe(part.name, 60)}`));
  const more = file.parts.length > 20 ? ` and ${file.parts.length - 20} more` : '';
  throw new ToolError(`part ${index} does not exist; ${file.parts.length === 0 ? 'no part of this file could be read' : `parts are ${there.join(', ')}${more}`}.`);
}

/** Names that a client gives back as answers showed them, as they stand in the file. */
export function trueName(asked: string, names: readonly string[]): string {
  if (names.includes(asked)) return asked;
  return names.find((each) => safe(each, 80) === asked || JSON.stringify(safe(each, 80)) === asked) ?? meantName(asked, names) ?? asked;
}

/** A short reason why a file could not be looked at, for lists. */
export function reasonOf(error: unknown): string {
  if (isExrError(error)) return safe(`${error.code}: ${error.message}`, 200);
  if (error instanceof ToolError) return safe(error.message, 200);
  throw error;
}

/** Rethrows what stops a whole run: cancellation, and mistakes of ours. */
export function isFileFault(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted) return false;
  return error instanceof ToolError || (isExrError(error) && error.kind !== 'usage') || (error instanceof ExrError && error.code === 'CLOSED');
}
