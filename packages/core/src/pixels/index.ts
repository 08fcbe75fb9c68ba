/**
 * Pixels: decoded chunks, and the engine that streams them through threads to a task.
 *
 *     const outcome = await processChunks({ file, selections: [{ part: 0 }], onChunk: (result, info) => … }, task, params);
 *     outcome.finals;      // what each thread gathered
 *     outcome.skipped;     // chunks that could not be decoded, and why
 */
export { decodeChunk, type DecodedChunk, type PackedBytes } from './decode.ts';
export { deepRuns, type DeepRun, type DeepSamples } from './deep.ts';
export { deepTask, type DeepOfChunk, type DeepParams } from './deep-task.ts';
export { readDeepSamples, type DeepChannel, type DeepResult, type ReadDeepOptions } from './read-deep.ts';
export { processChunks, type ProcessOptions, type ProcessOutcome, type RunOptions, type SkippedChunk } from './engine.ts';
export { closePool, useWorkerPlatform, workerPlatform, type WorkerEvents, type WorkerPlatform, type WorkerPort } from './pool.ts';
export { halfToFloatBits } from './half.ts';
export { planesTask, spotOf, type PlanesOfChunk, type PlanesParams, type Spot } from './plane-task.ts';
export type { OnProgress, Progress } from './progress.ts';
export { planeRows, readPixels, readPlane, type PixelsResult, type Plane, type PlaneBand, type PlaneResult, type ReadPlaneOptions } from './read-plane.ts';
export { clipRegion, type Selection } from './selection.ts';
export type { ChunkTask, TaskContext, TaskRun } from './task.ts';
export { tooMuch } from './room.ts';
