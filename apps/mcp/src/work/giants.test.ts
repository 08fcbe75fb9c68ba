import { expect, it } from 'vitest';
import type { OpenSource } from '../sandbox/opened.ts';
import { Gate } from './gate.ts';
import { inTurnWhenLong, LIGHT_HEADER } from './giants.ts';
import { within } from './turn.ts';

const source: OpenSource = { name: 'a.exr', mtime: null, size: () => Promise.resolve(2 ** 30), read: (_, length) => Promise.resolve(new Uint8Array(Math.min(length, 1))), close: () => Promise.resolve() };
const never = new AbortController().signal;
const beyond = { header: true };

it('long headers wait for each other, pixels and short headers do not, and nothing of that counts as time of the file', async () => {
  const gate = new Gate(1, 10, { mostLent: 0 });
  const order: string[] = [];
  let end = (): void => undefined;
  const until = new Promise<void>((resolve) => (end = resolve));
  const first = inTurnWhenLong(source, gate, never, (wait) => wait(), async (held) => {
    await held.read(0, LIGHT_HEADER + 1, beyond);
    order.push('first');
    await until;
  });
  await new Promise((later) => setTimeout(later, 5));
  const second = within('b.exr', 0.5, never, (signal, aside) => inTurnWhenLong(source, gate, signal, aside, async (held) => {
    await held.read(0, LIGHT_HEADER, beyond);
    await held.read(2 ** 29, 2 ** 24);
    order.push('pixels');
    await held.read(0, LIGHT_HEADER + 1, beyond);
    order.push('second');
  }));
  await new Promise((later) => setTimeout(later, 1000));
  expect(order).toEqual(['first', 'pixels']);
  end();
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'pixels', 'second']);
  expect(gate.running).toBe(0);
});

it('who waits can be cancelled, and a failed work gives its turn back', async () => {
  const gate = new Gate(1, 10, { mostLent: 0 });
  const stop = new AbortController();
  const held = inTurnWhenLong(source, gate, never, (wait) => wait(), async (each) => {
    await each.read(0, LIGHT_HEADER + 1, beyond);
    const waiting = inTurnWhenLong(source, gate, stop.signal, (wait) => wait(), (other) => other.read(0, LIGHT_HEADER + 1, beyond));
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    throw new Error('failed');
  });
  await expect(held).rejects.toThrow('failed');
  await new Promise((later) => setTimeout(later, 5));
  expect(gate.running).toBe(0);
});
