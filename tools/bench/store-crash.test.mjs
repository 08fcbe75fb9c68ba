import { describe, expect, it } from 'vitest';
import { crash, together } from './store-crash.mjs';

describe('the store', () => {
  it('loses nothing and doubles nothing when a writer is killed at any moment', async () => {
    const moments = await crash({ kills: 6, seed: 42 });
    expect(moments.some(({ said }) => said > 0)).toBe(true);
  });
  it('serves two writers and two readers at once', async () => {
    expect((await together({ batches: 3 })).files).toBe(240);
  });
});
