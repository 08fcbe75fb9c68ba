import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, fstatSync, rmSync, type Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isExrError } from '@exr/core';
import { Protected } from './protect.ts';
import { notWritten } from './standard.ts';
import { FileTarget, type TargetOptions } from './target.ts';

/** Bytes of a file that are gathered before they are written. */
const GATHER = 64 * 1024;

/**
 * Where results go: standard output, or the file that a flag names (`-`, /dev/stdout: standard output). Waits for a slow reader. A file is there when
 * `close` has returned; after `discard`, or when the process ends before, what was there is there still.
 */
export class Output {
  readonly #target: FileTarget | undefined;
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly protects: Protected;
  #gathered: Uint8Array[] = [];
  #size = 0;
  readonly #said: string;
  #outside: string | undefined;

  private constructor(target: FileTarget | undefined, said: string) {
    this.#target = target;
    this.#said = said;
    this.isTerminal = target === undefined && process.stdout.isTTY === true;
    this.columns = this.isTerminal ? (process.stdout.columns ?? 100) : 120;
    this.protects = target?.protects ?? new Protected('standard output', standardOutput());
  }

  static async open(file: string | undefined, options: TargetOptions = {}): Promise<Output> {
    const standard = file === undefined || file === '-' || file === '/dev/stdout';
    return new Output(standard ? undefined : await FileTarget.open(file, options), standard ? 'standard output' : `${options.flag ?? '--output'} ${file}`);
  }

  async write(data: string | Uint8Array): Promise<void> {
    if (this.#target === undefined) {
      if (!process.stdout.write(data)) await once(process.stdout, 'drain');
      return;
    }
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (this.#target.staged === undefined) return this.#target.write(bytes);
    this.#gathered.push(bytes.length < GATHER ? Buffer.from(bytes) : bytes);
    this.#size += bytes.length;
    if (this.#size >= GATHER) await this.#flush();
  }

  /** A file for another program to write in place of `write`: what is in it when `close` is called is the output. */
  outside(): string {
    return (this.#outside ??= this.#target?.staged ?? join(tmpdir(), `exr-${process.pid}-${randomBytes(4).toString('hex')}.part`));
  }

  async close(): Promise<void> {
    if (this.#outside !== undefined && this.#outside !== this.#target?.staged) {
      for await (const piece of createReadStream(this.#outside, { highWaterMark: 2 ** 20 })) await this.write(piece as Buffer);
      this.#forgetOutside();
    }
    await this.#flush();
    await this.#target?.commit();
  }

  discard(): void {
    this.#forgetOutside();
    this.#target?.discard();
  }

  #forgetOutside(): void {
    if (this.#outside !== undefined && this.#outside !== this.#target?.staged) rmSync(this.#outside, { force: true });
  }

  /** What another program says of its file, said of the output. */
  about(error: unknown): unknown {
    return isExrError(error) && error.where.source === this.#outside ? notWritten(this.#said, (error.cause ?? error) as Error) : error;
  }

  async #flush(): Promise<void> {
    if (this.#size === 0) return;
    const all = this.#gathered.length === 1 ? this.#gathered[0]! : Buffer.concat(this.#gathered, this.#size);
    [this.#gathered, this.#size] = [[], 0];
    await this.#target!.write(all);
  }
}

/** `exr … >> a.exr`: the shell has opened it, and we would read what we write. */
function standardOutput(): Stats | undefined {
  try {
    return fstatSync(1);
  } catch {
    return undefined;
  }
}
