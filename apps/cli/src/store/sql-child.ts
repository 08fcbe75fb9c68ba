/**
 * `exr sql` runs in a process of its own: DuckDB hears an interrupt only between two chunks of rows, and a process whose threads are at work cannot exit by
 * itself. The child says its exit code when it is done, however that came; then it is killed.
 */
import { spawn } from 'node:child_process';

const MARK = 'EXR_SQL_CHILD';
/** After the same signal as we the child has so long to end by itself. */
const PATIENCE_MS = 2000;

export const isChild = (): boolean => process.env[MARK] === '1' && process.send !== undefined;

/** The same command in another process, with our standard streams. Resolves with its exit code; rejects when it was stopped without one. */
export function inChild(signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: { ...process.env, [MARK]: '1' } });
    const stop = (): void => {
      // Ctrl-C reaches both of us.
      setTimeout(() => child.kill('SIGTERM'), 250).unref();
      setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS).unref();
    };
    let code: number | undefined;
    child.on('message', (message) => {
      code = Number((message as { status: number }).status);
      child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('exit', (left, ending) => {
      signal.removeEventListener('abort', stop);
      if (code === undefined && signal.aborted) reject(signal.reason as Error);
      else if (code !== undefined || left !== null) resolve(code ?? left!);
      else reject(new Error(`exr sql was ended by ${ending}`));
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** In the child, when everything is written. Without a parent there is nobody to answer to. */
export async function tellStatus(): Promise<void> {
  await new Promise((resolve) => process.send!({ status: Number(process.exitCode ?? 0) }, resolve));
}
if (process.env[MARK] === '1') process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
