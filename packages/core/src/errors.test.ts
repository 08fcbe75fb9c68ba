import { expect, it } from 'vitest';
import { ExrError, isExrError } from './errors.ts';

it('is recognised by its brand, also when it comes from another bundle', () => {
  const error = new ExrError('BAD_CHUNK', 'a.exr: chunk 3: found 1, expected 2', { chunk: 3 });
  expect(isExrError(error)).toBe(true);
  expect(isExrError(error, 'BAD_CHUNK')).toBe(true);
  expect(isExrError(error, 'TRUNCATED')).toBe(false);
  expect(error.kind).toBe('format');
  const foreign = Object.assign(Object.create({ [Symbol.for('@exr/core/ExrError')]: true }), { code: 'TRUNCATED' });
  expect(isExrError(foreign, 'TRUNCATED')).toBe(true);
  expect(isExrError(new Error('no'))).toBe(false);
});
