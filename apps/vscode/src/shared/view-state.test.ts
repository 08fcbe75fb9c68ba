import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_VIEW, viewStateFrom } from './view-state.ts';

describe('viewStateFrom', () => {
  it('keeps what fits and takes the default for what does not', () => {
    expect(viewStateFrom({ exposure: 2, gamma: -1, toneMap: 'bogus', zoom: 4, marks: { negative: true, evil: 1 } })).toEqual({
      ...DEFAULT_VIEW, exposure: 2, zoom: 4, marks: { ...DEFAULT_VIEW.marks, negative: true },
    });
  });

  it('gives a state back as it was, and survives anything', () => {
    expect(viewStateFrom(JSON.parse(JSON.stringify(DEFAULT_VIEW)))).toEqual(DEFAULT_VIEW);
    fc.assert(fc.property(fc.anything(), (value) => {
      const state = viewStateFrom(value);
      expect(viewStateFrom(state)).toEqual(state);
    }));
  });
});
