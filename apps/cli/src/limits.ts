import { DEFAULT_LIMITS, ExrError, type Limits, limitsOf } from '@exr/core';

/** `--limit headerBytes=1e9 --limit parts=10` → Limits. */
export function parseLimits(texts: readonly string[] | undefined): Limits {
  const changed: Record<string, number> = {};
  for (const text of texts ?? []) {
    const [name = '', value = ''] = text.split('=');
    const number = Number(value);
    if (!Object.hasOwn(DEFAULT_LIMITS, name) || value === '' || !(number >= 0)) {
      throw new ExrError('INVALID_ARGUMENT', `--limit ${text}: expected NAME=NUMBER with a name of ${Object.keys(DEFAULT_LIMITS).join(', ')}`);
    }
    changed[name] = number;
  }
  return limitsOf(changed as Partial<Limits>);
}
