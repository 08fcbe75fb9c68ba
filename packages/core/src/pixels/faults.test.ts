import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { memorySource, type ByteSource } from '../bytes/index.ts';
import { packedIn, planReads, readChunkIndex, shapesOf } from '../chunks/index.ts';
import { openExr } from '../header/index.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { writeExr, type ChunkToWrite } from './exr-writer.spec-util.ts';
import { closePool, planesTask, processChunks, readPlane, useWorkerPlatform, workerPlatform, type WorkerEvents, type WorkerPlatform } from './index.ts';
import { nodeWorkers } from './spawn-node.ts';

const Y = { name: 'Y', pixelType: 'float', xSampling: 1, ySampling: 1, pLinear: false } as const;
const window = { xMin: 0, yMin: 0, xMax: 3, yMax: 7 };
/** Eight lines of four floats; line y has the value y. */
const lines = (): ChunkToWrite[] => Array.from({ length: 8 }, (_, y) => ({ leader: [y], data: new Uint8Array(new Float32Array(4).fill(y).buffer) }));
const HEADER_TO_TABLE = (bytes: Uint8Array) => bytes.length - 8 * (8 + 16) - 8 * 8;

/** By the offset table as it is stored, without looking for chunks that it does not name. */
async function readAsStored(bytes: Uint8Array, more = {}) {
  const index = await readChunkIndex(await openExr(memorySource(bytes, 'f.exr')));
  return read(bytes, { index, ...more });
}

async function read(bytes: Uint8Array, more = {}) {
  const file = await openExr(memorySource(bytes, 'f.exr'));
  const plane = await readPlane(file, { channel: 'Y', ...more });
  const rows = Array.from({ length: 8 }, (_, y) => plane.data[y * 4]);
  return { rows, skipped: plane.skipped.map(({ chunk, code, missing, message }) => ({ chunk, code, missing, message })) };
}

function patched(change: (view: DataView, table: number) => void): Uint8Array {
  const bytes = writeExr([{ window, channels: [Y], chunks: lines() }]);
  change(new DataView(bytes.buffer), HEADER_TO_TABLE(bytes));
  return bytes;
}

const whole = [0, 1, 2, 3, 4, 5, 6, 7];
const without = (...chunks: number[]) => whole.map((y) => (chunks.includes(y) ? NaN : y));

describe('a chunk at fault is skipped and named', () => {
  it('nothing is skipped in a whole file', async () => {
    expect(await read(patched(() => undefined))).toEqual({ rows: whole, skipped: [] });
  });

  it('never written', async () => {
    expect(await readAsStored(patched((view, table) => view.setBigUint64(table + 16, 0n, true)))).toEqual({
      rows: without(2), skipped: [{ chunk: 2, code: 'BAD_CHUNK', missing: true, message: 'f.exr: part 0, chunk 2: was never written: its offset is 0' }],
    });
  });

  it('offset beyond the file, into the header, or of another chunk', async () => {
    const bytes = patched((view, table) => {
      view.setBigUint64(table, 2n ** 60n, true);
      view.setBigUint64(table + 8, 99_999n, true);
      view.setBigUint64(table + 16, 5n, true);
      view.setBigUint64(table + 24, view.getBigUint64(table + 32, true), true);
    });
    const { rows, skipped } = await readAsStored(bytes);
    expect(rows).toEqual(without(0, 1, 2, 3));
    expect(skipped.map(({ chunk, code }) => [chunk, code])).toEqual([[0, 'BAD_OFFSET_TABLE'], [1, 'TRUNCATED'], [2, 'BAD_OFFSET_TABLE'], [3, 'BAD_CHUNK']]);
    expect(skipped[3]!.message).toBe('f.exr: part 0, chunk 3: the leader says line 4, expected line 3');
  });

  it('an offset into another chunk does not harm that one', async () => {
    const { rows, skipped } = await readAsStored(patched((view, table) => view.setBigUint64(table + 24, view.getBigUint64(table + 32, true) + 6n, true)));
    expect(rows).toEqual(without(3));
    expect(skipped).toMatchObject([{ chunk: 3, code: 'BAD_CHUNK' }]);
  });

  it('sizes that cannot be', async () => {
    const { rows, skipped } = await readAsStored(
      patched((view, table) => {
        const at = (chunk: number) => Number(view.getBigUint64(table + chunk * 8, true));
        view.setInt32(at(1) + 4, -1, true);
        view.setInt32(at(2) + 4, 17, true);
        view.setInt32(at(3) + 4, 15, true);
        view.setInt32(at(4) + 4, 0x7fffffff, true);
      }),
    );
    expect(rows).toEqual(without(1, 2, 3, 4));
    expect(skipped.map(({ chunk, code }) => [chunk, code])).toEqual([[1, 'BAD_CHUNK'], [2, 'BAD_CHUNK'], [3, 'CORRUPT_DATA'], [4, 'BAD_CHUNK']]);
    expect(skipped[1]!.message).toBe('f.exr: part 0, chunk 2: packed size 17 is more than the 16 bytes of the unpacked chunk, expected no more');
  });

  it('a file that was cut, anywhere', async () => {
    const bytes = patched(() => undefined);
    const table = HEADER_TO_TABLE(bytes);
    for (let length = table; length < bytes.length; length++) {
      const { rows, skipped } = await readAsStored(bytes.slice(0, length));
      const kept = Math.max(0, Math.floor((length - table - 64) / 24));
      expect(rows).toEqual(whole.map((y) => (y < kept ? y : NaN)));
      expect(skipped.map((each) => each.code)).toEqual(Array(8 - kept).fill('TRUNCATED'));
    }
  });

  it('unless it is in the file all the same: chunks whose offsets are lost are found by walking', async () => {
    const lost = patched((view, table) => {
      view.setBigUint64(table, 0n, true);
      view.setBigUint64(table + 8, 99_999n, true);
      view.setBigUint64(table + 24, view.getBigUint64(table + 32, true), true);
    });
    expect(await read(lost)).toEqual({ rows: whole, skipped: [] });
    const chunks = lines().map((chunk, y) => (y === 5 ? null : chunk));
    expect((await read(writeExr([{ window, channels: [Y], chunks }]))).rows).toEqual(without(5));
  });

  it('fail-fast throws instead', async () => {
    const bytes = patched((view, table) => view.setBigUint64(table + 16, 0n, true));
    await expect(readAsStored(bytes, { failFast: true })).rejects.toMatchObject({ code: 'BAD_CHUNK', where: { part: 0, chunk: 2, source: 'f.exr' } });
  });

  it('a chunk beyond the limit is not made room for', async () => {
    const { skipped } = await readAsStored(patched(() => undefined), { limits: { ...DEFAULT_LIMITS, chunkBytes: 15 } });
    expect(skipped).toHaveLength(8);
    expect(skipped[0]).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});

/** A PIZ file of 4096 × 2176 pixels, made of one tile of a fixture again and again. */
async function bigPiz(): Promise<Uint8Array> {
  const bytes = readFileSync(new URL('../../../../test-fixtures/tile_half_rgba_piz.exr', import.meta.url));
  const small = await openExr(memorySource(bytes, 'small'));
  const part = small.parts[0]!;
  const { xSize, ySize } = part.tiles!;
  const index = await readChunkIndex(small);
  const context = { source: small.source, index, shapes: [shapesOf(part)], multipart: false, limits: DEFAULT_LIMITS };
  const [first] = [...planReads(index, [{ order: 0, part: 0, chunk: 0 }], { multipart: false })];
  const { data } = packedIn(context, first!.chunks[0]!, bytes.subarray(first!.offset), first!.offset)!;
  const [columns, rows] = [Math.floor(4096 / xSize), Math.floor(2176 / ySize)];
  const chunks = Array.from({ length: columns * rows }, (_, i) => ({ leader: [i % columns, Math.floor(i / columns), 0, 0], data }));
  const tiles = { xSize, ySize, mode: 'one_level', rounding: 'round_down' } as const;
  return writeExr([{ window: { xMin: 0, yMin: 0, xMax: columns * xSize - 1, yMax: rows * ySize - 1 }, channels: part.channels, compression: 'piz', tiles, chunks }]);
}

describe('workers', () => {
  let big: Uint8Array;
  beforeAll(async () => {
    useWorkerPlatform(nodeWorkers);
    big = await bigPiz();
  });
  afterEach(() => {
    closePool();
    useWorkerPlatform(nodeWorkers);
  });

  /** Notes when workers start and end. */
  function watched(change: (code: string) => string = (code) => code) {
    const seen = { started: 0, ended: [] as number[] };
    const platform: WorkerPlatform = {
      ...nodeWorkers,
      start: (code, events) => {
        seen.started++;
        return nodeWorkers.start(change(code), { ...events, died: (cause) => (seen.ended.push(performance.now()), events.died(cause)) });
      },
    };
    useWorkerPlatform(platform);
    return seen;
  }

  it('are freed within 100 ms when a 4K PIZ is cancelled half way', { retry: 2 }, async () => {
    const seen = watched();
    const file = await openExr(memorySource(big, '4k.exr'));
    const controller = new AbortController();
    const reason = new Error('enough');
    let cancelled = 0;
    let chunks = 0;
    const run = processChunks(
      {
        file, selections: [{ part: 0 }], threads: 3, threadWorth: 0, signal: controller.signal,
        onChunk: () => {
          if (++chunks !== 200) return;
          cancelled = performance.now();
          controller.abort(reason);
        },
      },
      planesTask, { channels: [0, 1, 2, 3], region: file.parts[0]!.dataWindow },
    );
    await expect(run).rejects.toBe(reason);
    const rejected = performance.now() - cancelled;
    while (seen.ended.length < seen.started && performance.now() - cancelled < 2000) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(seen.started).toBeGreaterThan(0);
    expect(seen.ended).toHaveLength(seen.started);
    expect(rejected).toBeLessThan(100);
    expect(Math.max(...seen.ended) - cancelled).toBeLessThan(100);
  });

  it('that die are reported, not waited for', async () => {
    watched((code) => `require('node:worker_threads').parentPort.on('message', (m) => { if (m.type === 'decode') process.exit(7) });${code}`);
    const file = await openExr(memorySource(big, '4k.exr'));
    await expect(readPlane(file, { channel: 'R', threads: 2, threadWorth: 0 })).rejects.toMatchObject({ code: 'READ_FAILED', message: '4k.exr: a decoding worker ended before its work: it ended with exit code 7' });
  });

  const region = { xMin: 0, yMin: 0, xMax: 1023, yMax: 511 };

  it('that cannot be started are done without', async () => {
    const alone = await readPlane(await openExr(memorySource(big, '4k.exr')), { channel: 'R', region, threads: 1 });
    for (const start of [(code: string, events: WorkerEvents) => nodeWorkers.start(`throw new Error('no such thing');${code}`, events), () => raise(new Error('not allowed'))]) {
      for (const callerDecodes of [true, false]) {
        useWorkerPlatform({ ...nodeWorkers, callerDecodes, start });
        const plane = await readPlane(await openExr(memorySource(big, '4k.exr')), { channel: 'R', region, threads: 2, threadWorth: 0 });
        expect(Buffer.compare(Buffer.from(plane.data.buffer), Buffer.from(alone.data.buffer))).toBe(0);
        expect(workerPlatform()).toBe(null);
      }
    }
  });

  it('stay for the next file', async () => {
    const seen = watched();
    const file = await openExr(memorySource(big, '4k.exr'));
    const once = () => readPlane(file, { channel: 'R', region, threads: 2, threadWorth: 0 });
    const first = await once();
    const second = await once();
    expect(Buffer.compare(Buffer.from(second.data.buffer), Buffer.from(first.data.buffer))).toBe(0);
    expect(seen.started).toBe(1);
    expect(seen.ended).toEqual([]);
  });

  it('stop when the time is over', async () => {
    const file = await openExr(memorySource(big, '4k.exr'));
    await expect(readPlane(file, { channel: 'R', limits: { ...DEFAULT_LIMITS, seconds: 0.01 } })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', where: { limit: 'seconds' } });
  });

  it('do not hide what the source says', async () => {
    const source = memorySource(big, 'gone.exr');
    const file = await openExr(source);
    const failing: ByteSource = { ...source, read: (offset, length, options) => (offset > big.length / 2 ? Promise.reject(new Error('the disk is gone')) : source.read(offset, length, options)) };
    await expect(readPlane({ ...file, source: failing, parts: file.parts, version: file.version, headerBytes: file.headerBytes }, { channel: 'R', threads: 2, threadWorth: 0 })).rejects.toThrow('the disk is gone');
  });
});

function raise(error: unknown): never {
  throw error;
}
