/**
 * The Node door: everything of the neutral door (index.ts), and what needs a file system.
 *
 *     import { buildReport, openPath } from '@exr/core/node';
 *
 *     const { file, mtime, close } = await openPath('shots/beauty.1001.exr');   // a path, an http(s) URL or s3://bucket/key
 *     console.log(buildReport(file, { mtime }));
 *     await close();
 */
import { useWorkerPlatform } from './pixels/index.ts';
import { nodeWorkers } from './pixels/spawn-node.ts';

export * from './index.ts';
export { openPath, type OpenedPath, type OpenPathOptions } from './header/open-path-node.ts';
export { s3ConfigFromEnv, type S3EnvOptions } from './bytes/s3-node.ts';
export { nodeFetch, type NodeFetch, type NodeFetchOptions } from './bytes/fetch-node.ts';
export { fileSource, type FileSource, type FileSourceOptions } from './bytes/file-node.ts';

// Decoding threads are worker_threads here.
useWorkerPlatform(nodeWorkers);
