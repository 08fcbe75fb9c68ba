import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { counting, memorySource } from '../bytes/index.ts';
import { openExr } from '../header/index.ts';
import { planeRows, readPlane, type Progress } from './index.ts';
import { Budget, InOrder } from './ordered.ts';

const permutations = fc.integer({ min: 1, max: 30 }).chain((n) => fc.shuffledSubarray(Array.from({ length: n }, (_, i) => i), { minLength: n }));

describe('results in order', () => {
  it('are handed on by their number, however they arrive, and each one once', async () => {
    await fc.assert(
      fc.asyncProperty(permutations, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), async (arrival, slow) => {
        const seen: number[] = [];
        let done = 0;
        let busy = false;
        const inOrder = new InOrder<number>((value) => {
          expect(busy).toBe(false);
          if (!slow[value]) return void seen.push(value);
          busy = true;
          return Promise.resolve().then(() => {
            busy = false;
            seen.push(value);
          });
        });
        for (const order of arrival) {
          const waits = inOrder.put(order, order, () => done++);
          if (slow[order]) await waits;
        }
        await inOrder.put(arrival.length, arrival.length);
        expect(seen).toEqual([...arrival.keys(), arrival.length]);
        expect(done).toBe(arrival.length);
      }),
    );
  });

  it('stop at an error of whoever takes them', async () => {
    const slow = new InOrder<number>((value) => (value === 1 ? Promise.reject(new Error('full')) : Promise.resolve()));
    await slow.put(0, 0);
    await expect(slow.put(1, 1)).rejects.toThrow('full');
    expect(() => new InOrder<number>(() => { throw new Error('full'); }).put(0, 0)).toThrow('full');
  });

  it('a budget lends no more than it has, first come first served, and lets the largest pass alone', async () => {
    const budget = new Budget(10);
    const log: string[] = [];
    const take = async (name: string, bytes: number) => {
      await budget.take(bytes);
      log.push(name);
    };
    const all = [take('a', 6), take('b', 6), take('c', 1), take('d', 99)];
    await new Promise((resolve) => setTimeout(resolve));
    expect(log).toEqual(['a']);
    budget.giveBack(6);
    await new Promise((resolve) => setTimeout(resolve));
    expect(log).toEqual(['a', 'b', 'c']);
    budget.giveBack(6);
    budget.giveBack(1);
    await Promise.all(all);
    expect(log).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('a run', () => {
  const open = async (name: string) => {
    const source = counting(memorySource(readFileSync(new URL(`../../../../test-fixtures/${name}`, import.meta.url)), name));
    return { source, file: await openExr(source) };
  };

  it('says how far it is', async () => {
    const { file } = await open('scan_half_rgba_zip.exr');
    const told: Progress[] = [];
    await readPlane(file, { channel: 'R', onProgress: (progress) => told.push(progress) });
    const last = told.at(-1)!;
    expect(last.chunks).toBe(last.totalChunks);
    expect(last.unpackedBytes).toBe(last.totalUnpackedBytes);
    const { xMin, yMin, xMax, yMax } = file.parts[0]!.dataWindow;
    expect(last.totalUnpackedBytes).toBe((xMax - xMin + 1) * (yMax - yMin + 1) * 4 * 2);
    expect(last.bytes).toBeGreaterThan(0);
    expect(last.secondsLeft).toBe(0);
  });

  it('ends when nobody reads its rows any more, or when it is cancelled before or while it runs', async () => {
    const { file } = await open('scan_half_rgba_zips.exr');
    let bands = 0;
    for await (const band of planeRows(file, { channel: 'R' })) {
      expect(band.row).toBe(bands);
      if (++bands === 3) break;
    }
    expect(bands).toBe(3);
    const reason = new Error('enough');
    await expect(readPlane(file, { channel: 'R', signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const rows = async () => {
      for await (const { row } of planeRows(file, { channel: 'R', signal: controller.signal })) if (row === 2) controller.abort(reason);
    };
    await expect(rows()).rejects.toBe(reason);
  });

  it('refuses what is not in the file', async () => {
    const { file } = await open('scan_half_rgba_zip.exr');
    for (const wrong of [{ channel: 'Q' }, { channel: 'R', part: 1 }, { channel: 'R', level: { x: 1, y: 1 } }, { channel: 'R', region: { xMin: 9999, yMin: 0, xMax: 10000, yMax: 1 } }, { channel: 'R', region: { xMin: 5, yMin: 5, xMax: 4, yMax: 5 } }]) {
      await expect(readPlane(file, wrong)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    const deep = await open('deep_scan_zips.exr');
    await expect(readPlane(deep.file, { channel: 'Z' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
