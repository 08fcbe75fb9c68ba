import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';

/** Where results go: standard output, or a file named by --output. Waits for a slow reader; a closed pipe (`| head`) ends the program quietly. */
export class Output {
  readonly #stream: WriteStream | NodeJS.WriteStream;
  readonly isTerminal: boolean;
  readonly columns: number;

  constructor(file?: string) {
    this.#stream = file === undefined ? process.stdout : createWriteStream(file);
    this.isTerminal = file === undefined && process.stdout.isTTY === true;
    this.columns = this.isTerminal ? (process.stdout.columns ?? 100) : 120;
    if (file === undefined) process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 4));
  }

  async write(data: string | Uint8Array): Promise<void> {
    if (!this.#stream.write(data)) await once(this.#stream, 'drain');
  }

  async close(): Promise<void> {
    if (this.#stream !== process.stdout) {
      this.#stream.end();
      await once(this.#stream, 'close');
    }
  }
}
