/** The second door of this folder, for src/worker.ts alone: the task, without the engine that starts workers. */
export { statsTask } from './task.ts';
