import { describe, expect, it } from 'vitest';
import { Lane } from './lane.ts';

function gate() {
  let open!: () => void;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open, passed };
}
const never = new AbortController().signal;

describe.each(['newest', 'oldest'] as const)('a lane with the %s first', (next) => {
  it('runs one job at a time', async () => {
    const lane = new Lane(next);
    const first = gate();
    const order: string[] = [];
    const jobs = [lane.run(never, async () => { await first.passed; order.push('a'); }), ...['b', 'c', 'd'].map((name) => lane.run(never, async () => void order.push(name)))];
    await Promise.resolve();
    expect(order).toEqual([]);
    first.open();
    await Promise.all(jobs);
    expect(order).toEqual(next === 'newest' ? ['a', 'd', 'c', 'b'] : ['a', 'b', 'c', 'd']);
    await lane.idle();
  });

  it('forgets what was cancelled while it waited, and goes on after a failure', async () => {
    const lane = new Lane(next);
    const first = gate();
    const stop = new AbortController();
    const failing = lane.run(never, async () => { await first.passed; throw new Error('no'); });
    const waiting = lane.run(stop.signal, async () => expect.fail('it was cancelled'));
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    first.open();
    await expect(failing).rejects.toThrow('no');
    await expect(lane.run(never, async () => 7)).resolves.toBe(7);
    await expect(lane.run(stop.signal, async () => 8)).rejects.toThrow('enough');
  });
});
