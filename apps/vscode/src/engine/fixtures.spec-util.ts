/** Files to try the engine on: the repository's, and those of EXR_CORPUS. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memorySource } from '@exr/core';
import { openSession, type Session } from './index.ts';

export const FIXTURES = fileURLToPath(new URL('../../../../test-fixtures/', import.meta.url));

export function exrsIn(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).filter((name) => /\.(exr|sxr|mxr)$/i.test(name)).sort().map((name) => join(folder, name));
}

export function bytesOf(path: string): Uint8Array {
  return readFileSync(path.includes('/') ? path : join(FIXTURES, path));
}

export function openBytes(bytes: Uint8Array, name = 'memory.exr', mtime: Date | null = null): Promise<Session> {
  return openSession(memorySource(bytes, name), { name, revision: 1, mtime: () => mtime, tier: 'leaders', threads: 1 });
}

export function open(path: string): Promise<Session> {
  return openBytes(bytesOf(path), basename(path));
}

/** A context that nobody cancels. */
export function calm() {
  return { signal: new AbortController().signal, progress: () => undefined };
}
