import { Command } from '@oclif/core/command';
import { string, boolean } from '@oclif/core/flags';
import { type ExrError, type ExrErrorKind, isExrError } from '@exr/core';

/** docs/errors.md: what a script can tell from the exit code. The worst file decides. */
export const EXIT_CODE: Record<ExrErrorKind, number> = { format: 1, usage: 2, unsupported: 3, limit: 3, io: 4 };

/** What every command shares: errors that say what to do, exit codes of docs/errors.md, Ctrl-C that stops the work. */
export abstract class ExrCommand extends Command {
  readonly #abort = new AbortController();
  #worst = 0;

  /** Aborted by Ctrl-C or SIGTERM. */
  protected get signal(): AbortSignal {
    return this.#abort.signal;
  }

  override async init(): Promise<void> {
    await super.init();
    const stop = (name: NodeJS.Signals): void => {
      if (this.#abort.signal.aborted) process.exit(130); // a second Ctrl-C does not wait
      this.#abort.abort(new Error(name));
    };
    process.once('SIGINT', () => {
      stop('SIGINT');
      process.once('SIGINT', () => process.exit(130));
    });
    process.once('SIGTERM', () => stop('SIGTERM'));
  }

  /** Remembers the worst kind of error seen; the program goes on and exits with its code at the end. */
  protected noticed(kind: ExrErrorKind): void {
    this.#worst = Math.max(this.#worst, EXIT_CODE[kind]);
  }

  override async catch(error: Error & { oclif?: { exit?: number } }): Promise<void> {
    if (this.#abort.signal.aborted) {
      process.stderr.write('stopped\n');
      process.exitCode = 130;
    } else if (isExrError(error)) {
      process.stderr.write(`${describe(error)}\n`);
      process.exitCode = EXIT_CODE[error.kind];
    } else if (error.oclif?.exit !== undefined) {
      process.stderr.write(`${error.message}\n`); // a wrong flag or argument: oclif says which, and names --help
      process.exitCode = 2;
    } else throw error;
  }

  override async finally(error: Error | undefined): Promise<void> {
    if (!error && process.exitCode === undefined) process.exitCode = this.#worst;
    await super.finally(error);
  }
}

/** An error for a person: the message, and how to go on where there is a way. */
export function describe(error: ExrError): string {
  const hint =
    error.code === 'LIMIT_EXCEEDED' && error.where.limit
      ? ` (raise it with --limit ${error.where.limit}=${error.where.requested ?? 'N'} if you trust the file)`
      : '';
  return `${error.message}${hint} [${error.code}]`;
}

export const outputFlags = {
  output: string({ char: 'o', summary: 'Write to this file instead of standard output.', helpValue: 'FILE' }),
  quiet: boolean({ char: 'q', summary: 'No progress bar.' }),
};

export const limitFlag = {
  limit: string({ multiple: true, multipleNonGreedy: true, helpValue: 'NAME=N', summary: 'Raise or lower a safety limit, e.g. headerBytes=1e9; repeatable. `exr inspect --help` lists them.' }),
};
