/**
 * `exr-function serve | invoke`. Arguments are read with node:util: two commands with a dozen switches need no framework, and a bundle of one file has no place
 * for one that finds its commands in a package's folders.
 */
import { TOOL } from '@exr/core';
import { ConfigError, type Env } from '../config/config.ts';
import { HELP, INVOKE_HELP, SERVE_HELP } from './help.ts';
import { invoke } from './invoke.ts';
import { serve } from './serve.ts';

/** What is wrong with the command line; the help of the command is at hand. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const COMMANDS = { serve: { run: serve, help: SERVE_HELP }, invoke: { run: invoke, help: INVOKE_HELP } } as const;

/** The exit code; undefined: a server goes on. */
export async function main(args: readonly string[], env: Env): Promise<number | undefined> {
  const [name = '', ...rest] = args;
  if (name === '--version' || name === '-v') return say(`${TOOL.version}\n`);
  if (name === '' || name === '--help' || name === '-h' || name === 'help') return say(rest[0] !== undefined && rest[0] in COMMANDS ? COMMANDS[rest[0] as keyof typeof COMMANDS].help : HELP);
  if (!(name in COMMANDS)) return complain(`there is no command ${JSON.stringify(name)}: serve or invoke`, 'exr-function --help');
  const command = COMMANDS[name as keyof typeof COMMANDS];
  if (rest.includes('--help') || rest.includes('-h')) return say(command.help);
  try {
    return await command.run(rest, env);
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')) return complain((error as Error).message, `exr-function ${name} --help`);
    return complain(error instanceof Error ? error.message : String(error), undefined, 1);
  }
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

function complain(message: string, help: string | undefined, code = 2): number {
  process.stderr.write(`exr-function: ${message}\n${help === undefined ? '' : `Try ${help}\n`}`);
  return code;
}
