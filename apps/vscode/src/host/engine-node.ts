/** What the host needs of core, loaded with the first file: in Node, where there are files and threads. */
import { useWorkerPlatform, workerPlatform } from '@exr/core/node';

export * from './engine-web.ts';
export { fileSource } from '@exr/core/node';

// Other extensions live on the calling thread: what is worth a worker is decoded there alone.
const platform = workerPlatform();
if (platform) useWorkerPlatform({ ...platform, callerDecodes: false });
