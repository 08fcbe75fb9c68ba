import { ExrError } from '../../errors.ts';

/** The data lies: `found`, then what was expected. */
export function corrupt(message: string): ExrError {
  return new ExrError('CORRUPT_DATA', `HTJ2K: ${message}`);
}

/** Allowed by JPEG 2000, but nothing that an OpenEXR chunk has; named so that whoever meets it knows. */
export function unsupported(feature: string): ExrError {
  return new ExrError('UNSUPPORTED_FEATURE', `HTJ2K: ${feature} is not supported`);
}
