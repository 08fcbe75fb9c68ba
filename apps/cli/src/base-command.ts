import { Command } from '@oclif/core/command';
import { string, boolean } from '@oclif/core/flags';
import { constants } from 'node:os';
import { type ExrError, type ExrErrorKind, type ExrFile, isExrError, plainText, rebuiltNote, withoutSecrets } from '@exr/core';
import { suggestion } from './nearest.ts';
import { Output } from './output/output.ts';

/** docs/errors.md: what a script can tell from the exit code. The worst file decides. */
export const EXIT_CODE: Record<ExrErrorKind, number> = { format: 1, usage: 2, unsupported: 3, limit: 3, io: 4 };

/** What every command shares: errors that say what to do, exit codes of docs/errors.md, Ctrl-C that stops the work. */
export abstract class ExrCommand extends Command {
  readonly #abort = new AbortController();
  #worst = 0;
  /** The exit code of the signal that stopped the work: 130 Ctrl-C, 143 SIGTERM, 129 a closed terminal. */
  #stopped: number | undefined;

  /** Aborted by Ctrl-C, SIGTERM or SIGHUP. */
  protected get signal(): AbortSignal {
    return this.#abort.signal;
  }

  override async init(): Promise<void> {
    await super.init();
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        if (this.#stopped !== undefined) process.exit(this.#stopped); // a second Ctrl-C does not wait
        this.#stopped = 128 + constants.signals[name];
        this.#abort.abort(new Error(name));
      });
    }
  }

  /** Remembers the worst kind of error seen; the program goes on and exits with its code at the end. */
  protected noticed(kind: ExrErrorKind): void {
    this.#worst = Math.max(this.#worst, EXIT_CODE[kind]);
  }

  /** For commands whose output is pixels: what OpenEXR refuses (exit code 1) and a table that was rebuilt, on standard error. */
  protected remark({ problems, source }: ExrFile, found: { readonly recovered: number }): void {
    const refused = problems.filter(({ code }) => code === 'NOT_CONFORMING');
    const rebuilt = rebuiltNote(source.name, found);
    for (const { message } of refused.slice(0, 5)) process.stderr.write(`${plainText(message, { max: 1000 })}\n`);
    if (refused.length > 5) process.stderr.write(`… and ${refused.length - 5} more (exr inspect lists them)\n`);
    if (rebuilt) process.stderr.write(`${plainText(rebuilt.message, { max: 1000 })}\n`);
    if (refused.length > 0) this.noticed('format');
  }

  /** Runs `use` with what --output names: the file is there when it returns, and as it was before when it throws. Neither an input nor the store is written over. */
  protected async writing<T>(file: string | undefined, sources: Sources, use: (output: Output) => Promise<T>): Promise<T> {
    const output = await Output.open(file, { signal: this.signal });
    try {
      // A folder's and a glob's files are looked at when they are reached.
      for (const path of sources.inputs ?? []) output.protects.refuse(path === '-' ? '/dev/stdin' : path, 'the input');
      if (sources.store !== undefined) output.protects.refuse(sources.store, 'the store');
      const result = await use(output);
      await output.close();
      return result;
    } catch (error) {
      output.discard();
      throw error;
    }
  }

  override async catch(error: Error & { oclif?: { exit?: number } }): Promise<void> {
    if (this.#stopped !== undefined) {
      process.stderr.write('stopped\n');
      process.exitCode = this.#stopped;
    } else if (isExrError(error)) {
      process.stderr.write(`${describe(error)}\n`);
      process.exitCode = EXIT_CODE[error.kind];
    } else if (error.oclif?.exit !== undefined) {
      process.stderr.write(`${plainText(mistake(error, this.ctor), { multiline: true, max: 4000 })}\n`);
      process.exitCode = 2;
    } else throw error;
  }

  override async finally(error: Error | undefined): Promise<void> {
    if (!error && process.exitCode === undefined) process.exitCode = this.#worst;
    await super.finally(error);
  }
}

/** What a command reads: not to be written over. */
export interface Sources {
  readonly inputs?: readonly string[];
  /** The location of the store. */
  readonly store?: string;
}

/** A wrong flag or argument, in oclif's words; with what was probably meant, and without a note that is not true of flags which take one value each. */
function mistake(error: Error & { flags?: unknown }, command: { readonly id: string; readonly flags: Record<string, unknown> }): string {
  const text = error.message.replace(/\n\nNote: .* multiple values\.[^]*?beginning of arguments\./, '');
  const wrong = Array.isArray(error.flags) ? error.flags.filter((flag): flag is string => typeof flag === 'string') : [];
  const meant = wrong.map((flag) => suggestion(flag.replace(/^-+/, ''), Object.keys(command.flags), (name) => `--${name}`)).join('');
  return text.replace('See more help with --help', `\`exr ${command.id} --help\` lists the flags.`).replace('\n', `${meant}\n`);
}

/** An error for a person: the message, and how to go on where there is a way. */
export function describe(error: ExrError): string {
  const hint =
    error.code === 'LIMIT_EXCEEDED' && error.where.limit
      ? ` (raise it with --limit ${error.where.limit}=${error.where.requested ?? 'N'} if you trust the file)`
      : '';
  return `${plainText(withoutSecrets(error.message), { max: 4000 })}${hint} [${error.code}]`;
}

export const outputFlags = {
  output: string({ char: 'o', summary: 'Write to this file instead of standard output.', helpValue: 'FILE' }),
  quiet: boolean({ char: 'q', summary: 'No progress bar.' }),
};

export const limitFlag = {
  limit: string({ multiple: true, multipleNonGreedy: true, helpValue: 'NAME=N', summary: 'Raise or lower a safety limit, e.g. headerBytes=1e9; repeatable. `exr inspect --help` lists them.' }),
};
