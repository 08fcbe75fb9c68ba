/** Files to try the engine on: the repository's, and those of EXR_CORPUS. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { deflateSync } from 'node:zlib';
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

const int = (...values: number[]): Buffer => Buffer.from(Int32Array.from(values).buffer);
const attribute = (name: string, type: string, value: Buffer): Buffer => Buffer.concat([Buffer.from(`${name}\0${type}\0`), int(value.length), value]);

/** Two parts of 4 × 2 pixels in which everything that has a name has this one; an attribute of it is wrong, and the second part's chunks are missing. */
export function hostileExr(name: string): Buffer {
  const text = (value: string): Buffer => Buffer.from(value);
  const one = Buffer.from(Float32Array.of(1).buffer);
  const box = int(0, 0, 3, 1);
  const channels = (...names: string[]): Buffer => Buffer.concat([...names.sort().map((each) => Buffer.concat([text(`${each}\0`), int(1, 0, 1, 1)])), Buffer.of(0)]);
  const header = (part: number): Buffer => Buffer.concat([
    attribute('channels', 'chlist', channels(`${name}.R`, `${name}.G`, `${name}.B`, name)), attribute('compression', 'compression', Buffer.of(0)), attribute('dataWindow', 'box2i', box), attribute('displayWindow', 'box2i', box),
    attribute('lineOrder', 'lineOrder', Buffer.of(0)), attribute('pixelAspectRatio', 'float', one), attribute('screenWindowCenter', 'v2f', int(0, 0)), attribute('screenWindowWidth', 'float', one),
    attribute('name', 'string', text(`${name} ${part}`)), attribute('type', 'string', text('scanlineimage')), attribute('chunkCount', 'int', int(2)), attribute('view', 'string', text(name)), attribute('software', 'string', text(name)),
    attribute(name, 'float', Buffer.alloc(3)), attribute(`${name}x`, name.slice(0, 200), Buffer.alloc(3)), Buffer.of(0),
  ]);
  const head = Buffer.concat([int(20000630, 2 | 0x400 | 0x1000), header(0), header(1), Buffer.of(0)]);
  const line = 4 * 2 * 4;
  const start = head.length + 4 * 8;
  const table = BigUint64Array.of(BigInt(start), BigInt(start + 12 + line), 0n, 0n);
  return Buffer.concat([head, Buffer.from(table.buffer), ...[0, 1].map((y) => Buffer.concat([int(0, y, line), Buffer.alloc(line, 0x38)]))]);
}

/** A black ZIP picture of four half channels, large enough to be worth workers: 8 bytes a pixel unpacked, next to nothing packed. */
export function blackZip(width: number, height: number): Buffer {
  const channel = (name: string): Buffer => Buffer.concat([Buffer.from(`${name}\0`), int(1, 0, 1, 1)]);
  const box = int(0, 0, width - 1, height - 1);
  const one = Buffer.from(Float32Array.of(1).buffer);
  const header = Buffer.concat([
    int(20000630, 2), attribute('channels', 'chlist', Buffer.concat([...['A', 'B', 'G', 'R'].map(channel), Buffer.of(0)])), attribute('compression', 'compression', Buffer.of(3)),
    attribute('dataWindow', 'box2i', box), attribute('displayWindow', 'box2i', box), attribute('lineOrder', 'lineOrder', Buffer.of(0)), attribute('pixelAspectRatio', 'float', one),
    attribute('screenWindowCenter', 'v2f', int(0, 0)), attribute('screenWindowWidth', 'float', one), Buffer.of(0),
  ]);
  // Zeros, as ZIP's predictor leaves them.
  const chunk = (lines: number): Buffer => deflateSync(Buffer.alloc(lines * width * 8, 128).fill(0, 0, 1), { level: 1 });
  const whole = chunk(16);
  const chunks = Array.from({ length: Math.ceil(height / 16) }, (_, i) => {
    const data = (i + 1) * 16 <= height ? whole : chunk(height - i * 16);
    return Buffer.concat([int(i * 16, data.length), data]);
  });
  let at = header.length + chunks.length * 8;
  const table = BigUint64Array.from(chunks, ({ length }) => {
    at += length;
    return BigInt(at - length);
  });
  return Buffer.concat([header, Buffer.from(table.buffer), ...chunks]);
}
