/**
 * What runs in a decoding worker, in Node and in a browser. packages/core/build-worker.mjs bundles it into pixels/worker.generated.ts: the one
 * place that knows every task, so that pixels/ need not know who uses it.
 */
import { deepTask, planesTask, serve, type ChunkTask, type FromWorker, type ToWorker } from './pixels/worker-side.ts';
import { statsTask } from './stats/worker-side.ts';
import { proxyTask } from './preview/proxy-task.ts';
import { verifyTask } from './structure/verify-task.ts';

const tasks: readonly ChunkTask<never, unknown, unknown>[] = [planesTask, deepTask, statsTask, proxyTask, verifyTask];

declare const require: ((name: string) => { parentPort: NodePort }) | undefined;
declare const self: { postMessage(message: unknown, transfer: ArrayBuffer[]): void; onmessage: (event: { data: ToWorker }) => void };
interface NodePort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  on(event: 'message', listener: (message: ToWorker) => void): void;
}

// A worker that is made from text in Node is a CommonJS script; a Web Worker has no require.
if (typeof require === 'function') {
  const { parentPort } = require('node:worker_threads');
  const handle = serve({ post: (message: FromWorker, transfer) => parentPort.postMessage(message, transfer) }, tasks);
  parentPort.on('message', handle);
} else {
  const handle = serve({ post: (message: FromWorker, transfer) => self.postMessage(message, transfer) }, tasks);
  self.onmessage = (event) => handle(event.data);
}
