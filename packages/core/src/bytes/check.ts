import { ExrError } from '../errors.ts';
import type { ReadOptions } from './source.ts';

/** The checks that every source makes before it reads: the caller's arguments, cancellation, and that the range lies within the source. */
export function checkRange(name: string, size: number, offset: number, length: number): void {
  checkArguments(name, offset, length);
  if (offset + length > size) throw truncated(name, size, offset, length);
}

export function checkArguments(name: string, offset: number, length: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0 || !Number.isSafeInteger(length) || length < 0 || !Number.isSafeInteger(offset + length)) {
    throw new ExrError('INVALID_ARGUMENT', `${name}: cannot read ${length} bytes from offset ${offset}: both must be non-negative integers`, {
      source: name,
    });
  }
}

export function truncated(name: string, size: number, offset: number, length: number): ExrError {
  const message = `${name}: ${length} bytes from offset ${offset} end at ${offset + length}, the whole is ${size} bytes long`;
  return new ExrError('TRUNCATED', message, { source: name, offset });
}

export function closed(name: string): ExrError {
  return new ExrError('CLOSED', `${name}: read after close`, { source: name });
}

/** Cancellation is not an ExrError: the signal's own reason is thrown. */
export function throwIfAborted(options: ReadOptions | undefined): void {
  options?.signal?.throwIfAborted();
}
