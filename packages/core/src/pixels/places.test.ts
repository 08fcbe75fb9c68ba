import { describe, expect, it } from 'vitest';
import { Places } from './places.ts';

/** Of 100 bytes, as RunMemory counts without what a thread takes by itself. */
const memory = { threadsFor: (need: number) => Math.max(1, Math.floor(100 / need)), kernelBytes: (threads: number) => Math.floor(100 / threads) };

/** Threads that take batches (the bytes each needs) as crew.ts does: the most that were held at a time, and every batch that was decoded. */
async function run(needs: readonly number[], threads: number) {
  async function* batches() {
    for (const need of needs) yield need;
  }
  const places = new Places(batches(), memory, threads);
  const holds = new Array<number>(threads).fill(0);
  const decoded: number[] = [];
  let most = 0;
  const thread = async (id: number) => {
    for (let need = await places.next(); need !== null; need = await places.next()) {
      if (!(await places.admit(need, need))) break;
      // Linear memory never shrinks.
      holds[id] = Math.max(holds[id]!, need);
      most = Math.max(most, holds.reduce((sum, each) => sum + each, 0));
      await new Promise((resolve) => setTimeout(resolve, need % 3));
      decoded.push(need);
    }
    holds[id] = 0;
    places.end();
  };
  await Promise.all(Array.from({ length: threads }, (_, id) => thread(id)));
  return { most, decoded: decoded.sort((a, b) => a - b), shrank: places.shrank };
}

describe('threads of a run whose chunks turn out to need more than was known', () => {
  it('are as many as there is memory for, and decode every batch', async () => {
    for (const threads of [1, 2, 3, 8]) {
      const needs = Array.from({ length: 60 }, (_, i) => [3, 5, 90, 8, 40, 100, 2, 60][(i * 5 + threads) % 8]!);
      const { decoded, most } = await run(needs, threads);
      expect(decoded).toEqual([...needs].sort((a, b) => a - b));
      expect(most).toBeLessThanOrEqual(100);
    }
  });

  it('stay when there is room', async () => {
    expect(await run(new Array<number>(40).fill(12), 8)).toMatchObject({ shrank: false, most: 96 });
  });
});
