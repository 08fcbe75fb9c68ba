import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { InFlight } from './calls.ts';
import { Gate } from './gate.ts';
import { ProgressReporter } from './progress.ts';
import { within } from './turn.ts';

describe('Gate', () => {
  it('lets no more through at a time than it should, and everybody in the end', async () => {
    const gate = new Gate(3, 100);
    let [now, most] = [0, 0];
    const done = await Promise.all(Array.from({ length: 30 }, (_, i) => gate.run(new AbortController().signal, async () => {
      most = Math.max(most, ++now);
      await sleep(i % 3);
      now--;
      return i;
    })));
    expect(most).toBe(3);
    expect(done).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(gate.running).toBe(0);
  });
  it('gives its place back after an error', async () => {
    const gate = new Gate(1, 1);
    await expect(gate.run(new AbortController().signal, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate.run(new AbortController().signal, () => Promise.resolve(7))).toBe(7);
  });
  it('turns away whom it cannot let wait, and lets waiting ones leave', async () => {
    const gate = new Gate(1, 1);
    let finish = (): void => undefined;
    const first = gate.run(new AbortController().signal, () => new Promise<void>((resolve) => (finish = resolve)));
    const stop = new AbortController();
    const second = gate.run(stop.signal, () => Promise.resolve());
    await expect(gate.run(new AbortController().signal, () => Promise.resolve())).rejects.toThrow(/busy/);
    stop.abort(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    finish();
    await first;
    expect(gate.running).toBe(0);
  });
});

describe('fairness', () => {
  const never = new AbortController().signal;
  it('two files that take their whole time keep nobody waiting', async () => {
    const gate = new Gate(2, 100, { slowMs: 20 });
    const ends: (() => void)[] = [];
    const hostile = [1, 2].map(() => gate.run(never, () => new Promise<void>((resolve) => ends.push(resolve))));
    const honest = await Promise.all(Array.from({ length: 10 }, (_, i) => gate.run(never, async () => i, {})));
    expect(honest).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(gate.running).toBe(2);
    for (const end of ends) end();
    await Promise.all(hostile);
    expect(gate.running).toBe(0);
  });
  it('lends only so many places', async () => {
    const gate = new Gate(1, 100, { slowMs: 5, mostLent: 2 });
    const ends: (() => void)[] = [];
    const all = Array.from({ length: 6 }, () => gate.run(never, () => new Promise<void>((resolve) => ends.push(resolve)), {}));
    await sleep(200);
    expect([gate.running, ends.length]).toEqual([3, 3]);
    for (let i = 0; i < 6; i++) {
      ends[i]!();
      await sleep(20);
    }
    await Promise.all(all);
    expect(gate.running).toBe(0);
  });
  it('a call with many files lets one with a single file between', async () => {
    const gate = new Gate(1, 1000);
    const order: string[] = [];
    const many = {};
    const turns = Array.from({ length: 20 }, (_, i) => gate.run(never, async () => {
      order.push(`many ${i}`);
      await sleep(1);
    }, many));
    const single = gate.run(never, async () => void order.push('single'), {});
    await Promise.all([...turns, single]);
    expect(order.indexOf('single')).toBeLessThanOrEqual(2);
  });
  it('so many calls of a connection at a time, each within its time', async () => {
    const calls = new InFlight(1);
    const first = calls.run(never, 0.02, (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))));
    await expect(calls.run(never, 1, async () => 1)).rejects.toThrow(/under way/);
    await expect(first).rejects.toThrow(/longer than 0.02 s/);
    expect(await calls.run(never, 1, async () => 2)).toBe(2);
  });
});

describe('the time of one file', () => {
  it('ends with LIMIT_EXCEEDED, also for work that does not listen', async () => {
    await expect(within('a.exr', 0.01, new AbortController().signal, () => new Promise(() => undefined))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', where: { limit: 'seconds', limitValue: 0.01, source: 'a.exr' } });
  });
  it('is told apart from cancelling, and leaves no listener', async () => {
    const stop = new AbortController();
    const cancelled = within('a.exr', Infinity, stop.signal, () => new Promise(() => undefined));
    stop.abort(new Error('enough'));
    await expect(cancelled).rejects.toThrow('enough');
    const { signal } = new AbortController();
    for (let i = 0; i < 5; i++) expect(await within('a', 10, signal, async () => i)).toBe(i);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

it('progress only rises, and is not told too often', () => {
  const told: number[] = [];
  const reporter = new ProgressReporter((progress) => told.push(progress));
  for (const done of [1, 2, 2, 1, 3, 0, 10]) reporter.report(done, 10);
  expect(told).toEqual([1, 10]);
  new ProgressReporter(null).report(1);
});
