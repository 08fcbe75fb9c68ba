import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Gate } from './gate.ts';
import { ProgressReporter } from './progress.ts';

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

it('progress only rises, and is not told too often', () => {
  const told: number[] = [];
  const reporter = new ProgressReporter((progress) => told.push(progress));
  for (const done of [1, 2, 2, 1, 3, 0, 10]) reporter.report(done, 10);
  expect(told).toEqual([1, 10]);
  new ProgressReporter(null).report(1);
});
