/** Paths as a person types them: folders and EXR files that begin like this. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isS3Url, s3Url, append } from '@exr/core';
import { allowedUrl, locateObject, objectsBelow } from './sandbox/buckets.ts';
import { shownPath } from './sandbox/folders.ts';
import { openFolder } from './sandbox/open.ts';
import { EXTENSION, linksInside } from './tools/files.ts';
import { safe } from './answer/text.ts';
import type { Call } from './tools/tool.ts';

const MOST = 100;

interface Completed {
  readonly values: string[];
  readonly total: number;
  readonly hasMore: boolean;
}

export async function completePath(value: string, call: Call): Promise<Completed> {
  const roots = call.buckets.allowed.map((each) => safe(allowedUrl(each), 300));
  const inBucket = await completeKey(value, call);
  if (inBucket) return inBucket;
  const slash = value.lastIndexOf('/');
  const [above, begun] = [value.slice(0, slash + 1), value.slice(slash + 1)];
  // Nothing typed: with one folder what is in it, with several the folders.
  const starts = above === '' ? (call.folders.length === 1 ? [call.folders[0]!.given] : []) : isS3Url(above) ? [] : [above];
  const found: string[] = above === '' && call.folders.length > 1 ? call.folders.map(({ given }) => `${safe(given, 300)}/`) : [];
  append(found, roots.filter((root) => root.startsWith(value)));
  for (const start of starts) {
    const opened = await openFolder(call.folders, start).catch(() => null);
    if (!opened) continue;
    try {
      for (const entry of await readdir(opened.read, { withFileTypes: true })) {
        if (!entry.name.toLowerCase().startsWith(begun.toLowerCase()) || entry.name.startsWith('.')) continue;
        const path = join(opened.real, entry.name);
        const shown = safe(shownPath(call.folders, path), 300);
        if (entry.isDirectory()) found.push(`${shown}/`);
        else if (EXTENSION.test(entry.name) && (entry.isFile() || (entry.isSymbolicLink() && (await linksInside(call, path))))) found.push(shown);
      }
    } finally {
      await opened.close();
    }
  }
  return answerOf(found);
}

/** Below an allowed bucket: folders and objects that begin like this, the case of letters as it is. Null where that is no place inside. */
async function completeKey(value: string, call: Call): Promise<Completed | null> {
  if (!isS3Url(value)) return null;
  try {
    const { bucket, key } = locateObject(call.buckets, value);
    const found: string[] = [];
    const add = (one: string): void => void found.push(safe(s3Url({ bucket, key: one }), 300));
    const { objects } = await objectsBelow(call.buckets, { bucket, key }, { recursive: false, signal: call.signal, fits: (name) => EXTENSION.test(name), onFolder: add, most: 1000 });
    for (const object of objects) add(object.key);
    return answerOf(found);
  } catch (error) {
    if (call.signal.aborted) throw error;
    return null;
  }
}

function answerOf(found: string[]): Completed {
  found.sort();
  return { values: found.slice(0, MOST), total: found.length, hasMore: found.length > MOST };
}
