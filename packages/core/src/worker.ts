/**
 * What runs in a decoding worker, in Node and in a browser. packages/core/build-worker.mjs bundles it into pixels/worker.generated.ts: the one
 * place that knows every task, so that pixels/ need not know who uses it.
 */
import { deepTask, planesTask, serve, type ChunkTask, type FromWorker, type ToWorker } from './pixels/worker-side.ts';
import { statsTask } from './stats/worker-side.ts';
import { proxyTask } from './preview/proxy-task.ts';
import { verifyTask } from './structure/verify-task.ts';

const tasks: readonly ChunkTask<never, unknown, unknown>[] = [planesTask, deepTask, statsTask, proxyTask, verifyTask];

/** The port to the calling thread, in Node: spawn-node.ts defines it before this script. */
declare const exrNodePort:
  | { postMessage(message: unknown, transfer: ArrayBuffer[]): void; on(event: 'message', listener: (message: ToWorker) => void): void }
  | undefined;
declare const self: { postMessage(message: unknown, transfer: ArrayBuffer[]): void; onmessage: (event: { data: ToWorker }) => void };

if (typeof exrNodePort === 'object') {
  const port = exrNodePort;
  port.on('message', serve({ post: (message: FromWorker, transfer) => port.postMessage(message, transfer) }, tasks));
} else {
  const handle = serve({ post: (message: FromWorker, transfer) => self.postMessage(message, transfer) }, tasks);
  self.onmessage = (event) => handle(event.data);
}
