import type { ExrError } from '../errors.ts';
import type { ByteSource } from './source.ts';

/**
 * The length of a source that has just failed, for its report; 0 where it is not known. A world that did not answer is not asked again: a server that hangs
 * would cost all its tries a second time.
 */
export async function sizeAfter(error: ExrError, source: ByteSource): Promise<number> {
  if (error.kind === 'io') return source.knownSize ?? 0;
  return source.size().catch(() => 0);
}
