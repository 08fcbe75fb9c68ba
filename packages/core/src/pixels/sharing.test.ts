import { describe, expect, it } from 'vitest';
import type { PlannedChunk } from '../chunks/index.ts';
import type { WorkerPlatform } from './pool.ts';
import { decodingWork, sharing } from './sharing.ts';

const node: WorkerPlatform = { parallelism: 4, callerDecodes: true, start: () => expect.unreachable() };
const MB = 2 ** 20;
const chunk = (part: number, work: number): PlannedChunk => ({ order: 0, part, chunk: 0, offset: 0, length: work, work });

describe('sharing', () => {
  it('starts workers for what is worth their start, and takes started ones for less', () => {
    expect(sharing(16 * MB, node, { idle: 0 })).toEqual({ caller: true, workers: 0 });
    expect(sharing(30 * MB, node, { idle: 0 })).toEqual({ caller: true, workers: 1 });
    expect(sharing(16 * MB, node, { idle: 1 })).toEqual({ caller: true, workers: 1 });
    expect(sharing(1000 * MB, node, { idle: 0 })).toEqual({ caller: true, workers: 3 });
    expect(sharing(1000 * MB, node, { idle: 0, threads: 2 })).toEqual({ caller: true, workers: 1 });
    expect(sharing(1000 * MB, null, { idle: 0 })).toEqual({ caller: true, workers: 0 });
  });

  it('leaves the calling thread to a user interface where there is one', () => {
    const browser = { ...node, callerDecodes: false };
    expect(sharing(MB, browser, { idle: 0 })).toEqual({ caller: true, workers: 0 });
    expect(sharing(50 * MB, browser, { idle: 0 })).toEqual({ caller: false, workers: 2 });
  });

  it('counts what is quick to decode as less', () => {
    const parts = [{ compression: 'none' }, { compression: 'piz' }, { compression: 'b44' }] as const;
    expect(decodingWork([chunk(0, 16 * MB), chunk(0, 16 * MB)], parts)).toBe(4 * MB);
    expect(decodingWork([chunk(0, 8 * MB), chunk(1, 8 * MB), chunk(2, 3 * MB)], parts)).toBe(10 * MB);
    expect(decodingWork([], parts)).toBe(0);
  });
});
