/** Pixels: decoded chunks, and the engine that streams them through workers to a task. */
export { decodeChunk, type DecodedChunk, type PackedBytes } from './decode.ts';
export { deepRuns, type DeepRun, type DeepSamples } from './deep.ts';
export type { ChunkTask, TaskContext, TaskRun } from './task.ts';
