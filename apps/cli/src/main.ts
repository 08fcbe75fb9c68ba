import { dirname, join } from 'node:path';
import type { Command } from '@oclif/core/command';
import { COMMANDS } from './commands/index.ts';

const root = join(dirname(__filename), '..');

/**
 * A known command runs straight from its class; help, completion and mistakes go through oclif's own dispatcher, which knows the manifest and
 * its plugins. That keeps everything a script runs out of the slower path.
 */
export async function main(argv: string[]): Promise<void> {
  const [name, load, rest] = commandOf(argv);
  if (load && !argv.includes('--help') && !argv.includes('-h')) {
    const command = (await load()) as CommandClass;
    command.id ??= name;
    // Without plugins and the list of commands (in dist there is no manifest): they serve help and completion, and reading them, sorting them with
    // localeCompare above all, takes longer than reading a header.
    const oclif = { ...PJSON.oclif, plugins: [], commands: undefined };
    const options = { root: join(root, 'dist'), pjson: { ...PJSON, oclif } as never, userPlugins: false, devPlugins: false };
    await command.run(rest, options).catch(fail);
    return;
  }
  const { run, flush, handle } = await import('@oclif/core');
  await run(argv.length ? argv : ['help'], { root })
    .then(() => flush())
    .catch((error: Error & { oclif?: { exit?: number } }) => handle(error));
}

/** The command with the longest name that the arguments begin with: `vast smoke` is two words. */
function commandOf(argv: readonly string[]): [name: string, load: (() => Promise<unknown>) | undefined, rest: string[]] {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ');
    if (Object.hasOwn(COMMANDS, name)) return [name, COMMANDS[name], argv.slice(words)];
  }
  return ['', undefined, [...argv]];
}

function fail(error: unknown): void {
  process.stderr.write(`This is a bug in exr-inspector, please report it with the command and the file:\n${(error as Error).stack ?? error}\n`);
  process.exitCode = 70;
}

type CommandClass = Command.Class & { run(argv: string[], options: unknown): Promise<unknown> };
/** package.json's name, version and oclif section, written in by build.mjs. */
declare const PJSON: { name: string; version: string; oclif: object };
