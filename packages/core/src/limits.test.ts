// Every limit can be reached, says which one it is, and lets the file pass when it is raised.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memorySource, type ByteSource } from './bytes/index.ts';
import { ExrError, isExrError } from './errors.ts';
import { openExr } from './header/index.ts';
import { DEFAULT_LIMITS, limitsOf, UNTRUSTED_LIMITS, type Limits } from './limits.ts';
import { withinSeconds } from './limits-time.ts';
import { renderPreview } from './preview/index.ts';
import { readIdManifest, buildReport } from './report/index.ts';
import { computeStats } from './stats/index.ts';
import { examine, fixedTable } from './structure/index.ts';

const fixture = (name: string): ByteSource => memorySource(new Uint8Array(readFileSync(new URL(`../../../test-fixtures/${name}.exr`, import.meta.url))), name);

/** A source as slow as a server. */
function slow(source: ByteSource): ByteSource {
  return {
    name: source.name,
    size: () => source.size(),
    read: async (offset, length, options) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      options?.signal?.throwIfAborted();
      return source.read(offset, length);
    },
  };
}

const header = (name: string) => async (limits: Limits): Promise<void> => {
  const file = await openExr(fixture(name), { limits, strict: true });
  const unreadable = file.parts.find((part) => part.unreadable)?.unreadable;
  if (unreadable) throw unreadable;
};
const chunks = (name: string) => async (limits: Limits): Promise<void> => {
  await computeStats(await openExr(fixture(name), { limits }), { deep: true, threads: 1, failFast: true });
};

/** For each limit: a value that is too small, one that is not, and what then works. */
const CASES: Record<Exclude<keyof Limits, 'stringLength'>, [low: number, high: number, work: (limits: Limits) => Promise<void>]> = {
  headerBytes: [200, 10_000, header('scan_half_rgba_zip')],
  attributes: [5, 100, header('scan_half_rgba_zip')],
  channels: [3, 4, header('scan_half_rgba_zip')],
  fileChannels: [4, 100, header('multipart_3')],
  parts: [2, 3, header('multipart_3')],
  chunks: [1, 1000, chunks('scan_half_rgba_zip')],
  windowArea: [100, 2 ** 20, header('scan_half_rgba_zip')],
  tiles: [1, 1000, chunks('tile_half_rgba_rle')],
  deepSamplesPerPixel: [1, 1000, chunks('deep_scan_zips')],
  deepSamplesPerChunk: [3, 100_000, chunks('deep_scan_zips')],
  chunkBytes: [100, 2 ** 20, chunks('scan_half_rgba_zip')],
  memoryBytes: [2 ** 20, 2 ** 27, chunks('scan_half_rgba_zip')],
  inflatedAttributeBytes: [
    4, 100_000,
    async (limits) => {
      const file = await openExr(fixture('idmanifest'), { limits });
      readIdManifest(file.parts.flatMap(({ attributes }) => attributes).find(({ type }) => type === 'idmanifest')!, limits);
    },
  ],
  filledBytes: [100, 2 ** 24, async (limits) => void (await fixedTable(await openExr(fixture('incomplete_scan_zip'), { limits }), { fill: true }))],
  previewPixels: [1000, 100_000, async (limits) => void (await renderPreview(await openExr(fixture('scan_half_rgba_zip'), { limits }), { size: 97 }))],
  seconds: [0.001, 60, async (limits) => void (await examine(await openExr(slow(fixture('scan_half_rgba_zip')), { limits })))],
};

describe.each(Object.entries(CASES))('%s', (name, [low, high, work]) => {
  it('is reached, and named', async () => {
    const error = await work(limitsOf({ [name]: low })).then(() => null, (thrown: unknown) => thrown);
    if (!isExrError(error)) throw error ?? new Error('nothing was thrown');
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', kind: 'limit', where: { limit: name, limitValue: low } });
    if (name !== 'seconds') expect(error.where.requested).toBeGreaterThan(low);
    expect(error.message).toContain(String(low));
  });

  it('lets the file pass when it is raised', async () => {
    await work(limitsOf({ [name]: high }));
  });
});

it('stringLength: a longer value is reported as its bytes', async () => {
  const stringIn = async (stringLength: number): Promise<unknown> => {
    const file = await openExr(fixture('attributes'), { limits: { stringLength } });
    return buildReport(file).parts[0]!.attributes.find(({ name }) => name === 'aString')!.value;
  };
  expect(await stringIn(4)).toMatchObject({ encoding: 'base64', length: 5 });
  expect(await stringIn(5)).toBe('plain');
});

it('seconds stop what waits, and pass on what the caller cancels', async () => {
  const forever = (signal: AbortSignal): Promise<never> => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  await expect(withinSeconds({ seconds: 0.01 }, 'x.exr', undefined, forever)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', where: { limit: 'seconds', limitValue: 0.01 } });
  const mine = new AbortController();
  const waiting = withinSeconds({ seconds: Infinity }, 'x.exr', mine.signal, forever);
  mine.abort(new Error('mine'));
  await expect(waiting).rejects.toThrow('mine');
  await expect(withinSeconds({ seconds: 1 }, 'x.exr', undefined, async () => 'done')).resolves.toBe('done');
  await expect(withinSeconds({ seconds: 1 }, 'x.exr', AbortSignal.abort(new ExrError('CLOSED', 'gone')), forever)).rejects.toMatchObject({ code: 'CLOSED' });
});

it('those for strangers are nowhere wider than the defaults', () => {
  for (const [name, value] of Object.entries(DEFAULT_LIMITS)) expect(UNTRUSTED_LIMITS[name as keyof Limits], name).toBeLessThanOrEqual(value as number);
});
