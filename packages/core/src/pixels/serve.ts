/** The worker's side: answers the messages of messages.ts. src/worker.ts gives it the tasks. */
import { createKernels, type Kernels } from '@exr/kernels';
import { plainError, type FromWorker, type ToWorker } from './messages.ts';
import type { ChunkTask } from './task.ts';
import { startThread, type ChunkResult, type DecodingThread } from './thread.ts';

/** The end of a message channel that a worker holds. */
export interface WorkerEnd {
  post(message: FromWorker, transfer: ArrayBuffer[]): void;
}

/** Returns what handles each message from the calling thread. */
export function serve(end: WorkerEnd, tasks: readonly ChunkTask<never, unknown, unknown>[]): (message: ToWorker) => void {
  let kernels: Kernels | undefined;
  let thread: DecodingThread<unknown, unknown> | undefined;
  const handle = (message: ToWorker): void => {
    if (message.type === 'kernels') {
      kernels = createKernels({ compiled: message });
      end.post({ type: 'ready' }, []);
    } else if (message.type === 'start') {
      const task = tasks.find((each) => each.name === message.task) as ChunkTask<unknown, unknown, unknown> | undefined;
      if (!task) throw new Error(`no task ${message.task} in this worker, expected one of ${tasks.map((each) => each.name).join(', ')}`);
      thread = startThread(kernels!, task, message.params, message.setup);
    } else if (message.type === 'decode') {
      kernels!.limit = message.room;
      const results = thread!.decode(message.chunks);
      const transfer = thread!.transfers(results);
      end.post({ type: 'results', results: results.map(plainResult) }, transfer);
    } else {
      const final = thread!.finish();
      thread!.end();
      thread = undefined;
      end.post({ type: 'final', final, held: kernels!.held }, []);
    }
  };
  return (message) => {
    try {
      handle(message);
    } catch (error) {
      end.post({ type: 'failed', error: plainError(error) }, []);
    }
  };
}

function plainResult(each: ChunkResult<unknown>): ChunkResult<unknown> {
  return 'error' in each ? { order: each.order, error: plainError(each.error) } : each;
}
