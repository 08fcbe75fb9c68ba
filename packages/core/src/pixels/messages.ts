/** What the calling thread and a worker say to each other. */
import { ExrError, isExrError, type ExrErrorCode, type ExrErrorPlace } from '../errors.ts';
import type { ChunkResult, OrderedChunk, RunSetup } from './thread.ts';

export type ToWorker =
  | { readonly type: 'kernels'; readonly module: WebAssembly.Module; readonly simd: boolean }
  | { readonly type: 'start'; readonly task: string; readonly params: unknown; readonly setup: RunSetup }
  /** `room`: bytes that the worker's kernels may hold. */
  | { readonly type: 'decode'; readonly chunks: readonly OrderedChunk[]; readonly room: number }
  | { readonly type: 'finish' };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'results'; readonly results: readonly ChunkResult<unknown>[] }
  /** `held`: bytes that the worker's kernels hold, and cannot give back. */
  | { readonly type: 'final'; readonly final: unknown; readonly held: number }
  /** The task or the decoder has a bug: the run ends. */
  | { readonly type: 'failed'; readonly error: unknown };

/** An ExrError as plain data: structured clone keeps neither its class nor its brand. */
export interface PlainError {
  readonly exrError: ExrErrorCode;
  readonly message: string;
  readonly where: ExrErrorPlace;
}

export function plainError(error: unknown): unknown {
  if (isExrError(error)) return { exrError: error.code, message: error.message, where: error.where } satisfies PlainError;
  return error instanceof Error ? error : new Error(String(error));
}

export function revivedError(error: unknown): unknown {
  const plain = error as Partial<PlainError> | null;
  return typeof plain === 'object' && plain?.exrError ? new ExrError(plain.exrError, plain.message!, plain.where) : error;
}
