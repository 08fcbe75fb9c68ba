/** The second door of this folder, for src/worker.ts alone: what runs within a worker, without the engine that starts workers. */
export { serve, type WorkerEnd } from './serve.ts';
export type { FromWorker, ToWorker } from './messages.ts';
export { deepTask } from './deep-task.ts';
export { halfToFloatBits } from './half.ts';
export { planesTask } from './plane-task.ts';
export type { ChunkTask } from './task.ts';
