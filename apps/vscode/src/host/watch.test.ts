import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FileStamp } from './platform.ts';
import { FileWatch } from './watch.ts';

let file: FileStamp | null;
let tell: () => void;
let [changes, gone, disposed] = [0, 0, false];

function watch(now: FileStamp | null, pollMilliseconds = 0): FileWatch {
  return new FileWatch(now, {
    look: async () => {
      if (!file) throw new Error('no such file');
      return file;
    },
    onChange: () => changes++,
    onGone: () => gone++,
    subscribe: (given) => {
      tell = given;
      return { dispose: () => (disposed = true) };
    },
    pollMilliseconds,
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  file = { mtime: 1, size: 10 };
  [changes, gone, disposed] = [0, 0, false];
});
afterEach(() => vi.useRealTimers());

describe('FileWatch', () => {
  it('waits until it is quiet, and counts a burst once', async () => {
    watch(file);
    for (let i = 0; i < 5; i++) {
      file = { mtime: 2 + i, size: 20 + i };
      tell();
      await vi.advanceTimersByTimeAsync(100);
      expect(changes).toBe(0);
    }
    await vi.advanceTimersByTimeAsync(300);
    expect(changes).toBe(1);
  });

  it('shows a file that is never quiet all the same', async () => {
    watch(file);
    for (let i = 0; i < 40; i++) {
      file = { mtime: 2 + i, size: 20 + i };
      tell();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(changes).toBeGreaterThanOrEqual(2);
    expect(changes).toBeLessThanOrEqual(4);
  });

  it('does not take a touch for a change', async () => {
    watch(file);
    tell();
    await vi.advanceTimersByTimeAsync(2000);
    expect(changes).toBe(0);
  });

  it('sees by itself what nobody tells, and that a file is gone and back', async () => {
    watch(file, 1000);
    file = { mtime: 5, size: 50 };
    await vi.advanceTimersByTimeAsync(2000);
    expect(changes).toBe(1);
    file = null;
    await vi.advanceTimersByTimeAsync(2000);
    expect(gone).toBe(1);
    await vi.advanceTimersByTimeAsync(5000);
    expect(gone).toBe(1);
    file = { mtime: 5, size: 50 };
    await vi.advanceTimersByTimeAsync(2000);
    expect(changes).toBe(2);
  });

  it('learns what the file was like when nobody knew', async () => {
    watch(null, 1000);
    await vi.advanceTimersByTimeAsync(3000);
    expect(changes).toBe(0);
    file = { mtime: 7, size: 70 };
    await vi.advanceTimersByTimeAsync(2000);
    expect(changes).toBe(1);
  });

  it('ends', async () => {
    const one = watch(file, 1000);
    file = { mtime: 9, size: 90 };
    tell();
    one.dispose();
    await vi.advanceTimersByTimeAsync(5000);
    expect([changes, disposed]).toEqual([0, true]);
  });
});
