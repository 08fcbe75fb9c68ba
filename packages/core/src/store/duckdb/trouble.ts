import { ExrError } from '../../errors.ts';

/** DuckDB's errors as ours: what happened, and what to do about it. */
export function storeError(file: string, cause: unknown): ExrError {
  const message = String((cause as Error)?.message ?? cause).split('\n')[0]!;
  const place = { source: file };
  const say = (code: ConstructorParameters<typeof ExrError>[0], text: string): ExrError => new ExrError(code, `${file}: ${text} (${message})`, place, { cause });
  if (/max_temp_directory_size/i.test(message)) return say('LIMIT_EXCEEDED', 'the query needs more temporary files than the store may use');
  if (/no space left|disk.*full|ENOSPC|could not write|failed to write|max.*temp.*directory|file too large|EFBIG/i.test(message)) return say('READ_FAILED', 'could not be written: the disk is full or not writable; what was there before is unharmed, make room and run it again');
  if (/not a valid DuckDB|magic bytes|corrupt|checksum|deserializ|serializ|unexpected end|could not read enough/i.test(message)) return say('READ_FAILED', 'is not a readable store: move it aside and run `exr index` again, or restore a copy');
  if (/newer|storage version|version number/i.test(message)) return say('UNSUPPORTED_VERSION', 'was written by a newer DuckDB: use a newer exr');
  if (/out of memory/i.test(message)) return say('LIMIT_EXCEEDED', 'the query needs more memory than the store may use');
  if (/permission denied|read-only file system/i.test(message)) return say('READ_FAILED', 'may not be opened: check its permissions');
  return say('READ_FAILED', 'the store failed');
}
