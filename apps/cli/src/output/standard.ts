import { ExrError } from '@exr/core';

/** docs/errors.md: the code of kind io. */
const COULD_NOT_WRITE = 4;

/**
 * A reader that goes (`| head`) and a full disk behind `>` are errors: what was asked for is not there as a whole. One sentence, and the program ends. A
 * standard error that nobody reads is none.
 */
export function closedStandardOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.stderr.write(`${notWritten('standard output', error).message} [WRITE_FAILED]\n`);
    process.exit(COULD_NOT_WRITE);
  });
  process.stderr.on('error', () => undefined);
}

const REASONS: Record<string, string> = {
  EPIPE: 'its reader closed it before everything was written',
  ENOSPC: 'there is no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than the system lets it be',
  EIO: 'the disk or network reported an error',
  EROFS: 'the file system can only be read',
  ESTALE: 'the file server has forgotten this file',
};

/** WRITE_FAILED (kind io): the world stood in the way of writing `what`. */
export function notWritten(what: string, cause: NodeJS.ErrnoException): ExrError {
  return new ExrError('WRITE_FAILED', `${what}: could not be written: ${REASONS[cause.code ?? ''] ?? cause.message}`, { source: what }, { cause });
}
