/**
 * The Node door: everything of the neutral door (index.ts), and what needs a file system.
 */
import { useWorkerPlatform } from './pixels/index.ts';
import { nodeWorkers } from './pixels/spawn-node.ts';

export * from './index.ts';
export { fileSource, type FileSource, type FileSourceOptions } from './bytes/file-node.ts';

// Decoding threads are worker_threads here.
useWorkerPlatform(nodeWorkers);
