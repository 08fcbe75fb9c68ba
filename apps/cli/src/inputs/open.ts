import { type ByteSource, ExrError, httpSource, memorySource } from '@exr/core';
import { fileSource } from '@exr/core/node';
import type { Input } from './expand.ts';
import { openObject } from './s3.ts';

/** Bytes that standard input may bring: it has to be held, since a header is read before, and chunks in any order. */
const MOST_STDIN = 8 * 2 ** 30;

export interface OpenInput {
  readonly source: ByteSource;
  /** Known once the source has been read from; null where there is none. */
  mtime(): Date | null;
}

export interface OpenInputOptions {
  /** Headers of many files and nothing else: small reads on this thread where the storage is quick. Default false. */
  readonly blocking?: boolean;
}

/** The bytes behind one input. The caller closes the source. */
export async function openInput(input: Exclude<Input, { kind: 'failed' }>, options: OpenInputOptions = {}): Promise<OpenInput> {
  if (input.kind === 'stdin') {
    const source = memorySource(await readStdin(), '-');
    return { source, mtime: () => null };
  }
  if (input.kind === 'url') {
    const source = httpSource(input.url);
    return { source, mtime: () => source.mtime };
  }
  if (input.kind === 's3') {
    const source = openObject(input.path);
    return { source, mtime: () => source.mtime };
  }
  const source = fileSource(input.path, options);
  return { source, mtime: () => source.mtime };
}

async function readStdin(): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of process.stdin) {
    parts.push(part as Buffer);
    length += (part as Buffer).length;
    if (length > MOST_STDIN) throw new ExrError('LIMIT_EXCEEDED', `-: more than ${MOST_STDIN} bytes on standard input: save them to a file and name it`, { source: '-', limit: 'stdinBytes', limitValue: MOST_STDIN, requested: length });
  }
  return Buffer.concat(parts, length);
}
