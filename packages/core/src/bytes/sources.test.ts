import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { blobSource, memorySource, type ByteSource } from './index.ts';
import { fileSource } from './file-node.ts';

const folder = mkdtempSync(join(tmpdir(), 'exr-bytes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each byte says where it is, so a wrong slice shows. */
const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
let files = 0;
function file(bytes: Uint8Array): string {
  const path = join(folder, `${files++}.bin`);
  writeFileSync(path, bytes);
  return path;
}

const kinds: [string, (bytes: Uint8Array) => ByteSource][] = [
  ['memory', (bytes) => memorySource(bytes, 'memory')],
  ['blob', (bytes) => blobSource(new Blob([bytes as Uint8Array<ArrayBuffer>]))],
  ['file', (bytes) => fileSource(file(bytes))],
  ['file, blocking', (bytes) => fileSource(file(bytes), { blocking: true })],
];

describe.each(kinds)('a source of the kind %s', (_, make) => {
  it('says its size and gives exactly the bytes asked for', async () => {
    const bytes = pattern(70_000);
    const source = make(bytes);
    expect(await source.size()).toBe(70_000);
    for (const [offset, length] of [[0, 16], [65_530, 10], [69_999, 1], [70_000, 0], [0, 70_000]] as const) {
      expect(Buffer.compare(await source.read(offset, length), bytes.slice(offset, offset + length))).toBe(0);
    }
    await source.close?.();
  });

  it('never gives fewer bytes than asked for', async () => {
    const source = make(pattern(10));
    await expect(source.read(4, 7)).rejects.toMatchObject({ code: 'TRUNCATED', message: expect.stringContaining('end at 11, the whole is 10 bytes') as string });
    await expect(source.read(11, 1)).rejects.toMatchObject({ code: 'TRUNCATED' });
    await source.close?.();
  });

  it.each([[-1, 1], [0.5, 1], [0, -1], [Number.NaN, 1], [0, Infinity], [2 ** 53, 1]])('refuses offset %d and length %d', async (offset, length) => {
    const source = make(pattern(10));
    await expect(source.read(offset, length)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await source.close?.();
  });

  it('gives buffers of its own: a later read changes nothing', async () => {
    const source = make(pattern(100));
    const first = await source.read(0, 50);
    const copy = first.slice();
    await source.read(50, 50);
    expect(first).toEqual(copy);
    await source.close?.();
  });

  it('refuses to read after close', async () => {
    const source = make(pattern(10));
    await source.read(0, 1);
    await source.close?.();
    await expect(source.read(0, 1)).rejects.toMatchObject({ code: 'CLOSED' });
    await source.close?.();
  });

  it('ends with the reason of a signal that was aborted', async () => {
    const source = make(pattern(10));
    const reason = new Error('enough');
    await expect(source.read(0, 1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await source.close?.();
  });
});

describe('fileSource', () => {
  it.each([false, true])('knows when the file was written (blocking: %s)', async (blocking) => {
    const path = file(pattern(3));
    utimesSync(path, 1_000_000_000, 1_000_000_000);
    const source = fileSource(path, { blocking });
    expect(source.mtime).toBeNull();
    await source.size();
    expect(source.mtime?.toISOString()).toBe('2001-09-09T01:46:40.000Z');
    await source.close?.();
  });

  it.each([false, true])('says that the file grew while it was read (blocking: %s)', async (blocking) => {
    const path = file(pattern(100));
    const source = fileSource(path, { blocking });
    await source.read(0, 10);
    appendFileSync(path, 'more');
    await expect(source.read(10, 10)).rejects.toMatchObject({ code: 'SOURCE_CHANGED', message: expect.stringContaining('104 bytes long, it was 100 bytes') as string });
    await source.close?.();
  });

  it('says that the file shrank while it was read', async () => {
    const path = file(pattern(100));
    const source = fileSource(path);
    await source.read(0, 10);
    writeFileSync(path, 'short');
    await expect(source.read(50, 10)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    await source.close?.();
  });

  it('keeps reading the file that it opened when another takes its name', async () => {
    const path = file(pattern(100));
    const source = fileSource(path);
    await source.read(0, 10);
    renameSync(file(new Uint8Array(100)), path);
    expect(await source.read(10, 10)).toEqual(pattern(100).slice(10, 20));
    await source.close?.();
  });

  it.each([false, true])('refuses what has no bytes at an offset (blocking: %s)', async (blocking) => {
    await expect(fileSource(folder, { blocking }).size()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: `${folder}: this is a folder, expected a file` });
    const pipe = join(folder, `pipe-${blocking}`);
    execFileSync('mkfifo', [pipe]);
    await expect(fileSource(pipe, { blocking }).read(0, 1)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('a pipe') as string });
  });

  it.each([false, true])('says why a file cannot be opened (blocking: %s)', async (blocking) => {
    const missing = join(folder, 'nothing.exr');
    await expect(fileSource(missing, { blocking }).size()).rejects.toMatchObject({ code: 'READ_FAILED', kind: 'io', message: `${missing}: could not be opened: there is no such file` });
    const loop = join(folder, `loop-${blocking}`);
    symlinkSync(loop, loop);
    await expect(fileSource(loop, { blocking }).size()).rejects.toMatchObject({ code: 'READ_FAILED', message: expect.stringContaining('symbolic links') as string });
  });
});

it('a blob that is a File has its name', () => {
  expect(blobSource(new File(['x'], 'beauty.1001.exr')).name).toBe('beauty.1001.exr');
});
