/** Workers in Node: worker_threads. Reached only from src/node.ts. */
import { availableParallelism } from 'node:os';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import type { FromWorker } from './messages.ts';
import type { WorkerPlatform } from './pool.ts';

export const nodeWorkers: WorkerPlatform = {
  parallelism: availableParallelism(),
  callerDecodes: true,
  start(code, events) {
    // From text: there is no file to find, bundled or not.
    const worker = new Worker(`const exrNodePort = require('node:worker_threads').parentPort;${code}`, { eval: true, env: SHARE_ENV, execArgv: [], name: 'exr-decode' });
    worker.on('message', (message: FromWorker) => events.message(message));
    worker.on('error', (error) => events.died(error));
    worker.on('exit', (exitCode) => events.died(new Error(`it ended with exit code ${exitCode}`)));
    return {
      post: (message, transfer) => worker.postMessage(message, transfer),
      terminate: () => void worker.terminate(),
      keepAlive: (yes) => (yes ? worker.ref() : worker.unref()),
    };
  },
};
