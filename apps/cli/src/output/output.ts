import { once } from 'node:events';
import { createWriteStream, openSync, type WriteStream } from 'node:fs';
import { ExrError } from '@exr/core';

/** Where results go: standard output, or a file named by --output. Waits for a slow reader; a closed pipe (`| head`) ends the program quietly. */
export class Output {
  readonly #stream: WriteStream | NodeJS.WriteStream;
  readonly isTerminal: boolean;
  readonly columns: number;

  #failed: Error | undefined;

  /** Throws INVALID_ARGUMENT when the file cannot be made. */
  constructor(file?: string) {
    this.#stream = file === undefined ? process.stdout : createWriteStream(file, { fd: openForWriting(file) });
    this.isTerminal = file === undefined && process.stdout.isTTY === true;
    this.columns = this.isTerminal ? (process.stdout.columns ?? 100) : 120;
    if (file === undefined) process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 4));
    else this.#stream.on('error', (error) => (this.#failed = new ExrError('READ_FAILED', `${file}: writing failed (${error.message})`, { source: file }, { cause: error })));
  }

  async write(data: string | Uint8Array): Promise<void> {
    if (this.#failed) throw this.#failed;
    if (!this.#stream.write(data)) await once(this.#stream, 'drain').catch(() => undefined);
    if (this.#failed) throw this.#failed;
  }

  async close(): Promise<void> {
    if (this.#stream !== process.stdout) {
      this.#stream.end();
      if (!this.#failed) await once(this.#stream, 'close').catch(() => undefined);
      if (this.#failed) throw this.#failed;
    }
  }
}

function openForWriting(file: string): number {
  try {
    return openSync(file, 'w');
  } catch (cause) {
    throw new ExrError('INVALID_ARGUMENT', `--output ${file}: cannot be written (${(cause as Error).message})`, { source: file }, { cause });
  }
}
