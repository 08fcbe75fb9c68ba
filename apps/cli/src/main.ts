import { dirname, join } from 'node:path';
import type { Command } from '@oclif/core/command';
import { plainText, withoutSecrets } from '@exr/core';
import { COMMANDS } from './commands/index.ts';
import { suggestion } from './nearest.ts';
import { closedStandardOutput } from './output/standard.ts';

const root = join(dirname(__filename), '..');

/**
 * A known command runs straight from its class; help and completion go through oclif's own dispatcher, which knows the manifest. That keeps everything
 * a script runs out of the slower path.
 */
export async function main(argv: string[]): Promise<void> {
  process.on('uncaughtException', crashed);
  closedStandardOutput();
  const [name, load, rest] = commandOf(argv);
  const help = asksForHelp(argv);
  if (load && !help) {
    const command = (await load()) as CommandClass;
    command.id ??= name;
    // Without plugins and the list of commands (in dist there is no manifest): they serve help and completion, and reading them, sorting them with
    // localeCompare above all, takes longer than reading a header.
    const oclif = { ...PJSON.oclif, plugins: [], commands: undefined };
    const options = { root: join(root, 'dist'), pjson: { ...PJSON, oclif } as never, userPlugins: false, devPlugins: false };
    await command.run(rest, options).catch(crashed);
    return;
  }
  const words = argv[0] === 'help' ? argv.slice(1) : argv;
  const unknown = unknownCommand(words.filter((word) => !word.startsWith('-')));
  if (unknown !== undefined) {
    process.stderr.write(`${unknown}\n`);
    process.exitCode = 2;
    return;
  }
  if (argv.length === 1 && VERSION.includes(argv[0]!)) {
    process.stdout.write(`${PJSON.version}\n`);
    return;
  }
  const { run, flush } = await import('@oclif/core');
  await run(argv.length ? argv : ['help'], { root })
    .then(() => flush())
    .catch((error: Error & { oclif?: { exit?: number } }) => {
      if (error.oclif === undefined) return crashed(error);
      if (error.oclif.exit === 0) return; // help that oclif ends with an exit
      process.stderr.write(`${plainText(error.message, { multiline: true })}\n`);
      process.exitCode = 2;
    });
}

const VERSION = ['--version', '-v'];
/** Commands of oclif's, with what may stand behind them. */
const OCLIF = ['help', 'autocomplete', 'autocomplete create', 'autocomplete script'];

/** The command with the longest name that the arguments begin with: `vast smoke` is two words. */
function commandOf(argv: readonly string[]): [name: string, load: (() => Promise<unknown>) | undefined, rest: string[]] {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ');
    if (Object.hasOwn(COMMANDS, name)) return [name, COMMANDS[name], argv.slice(words)];
  }
  return ['', undefined, [...argv]];
}

/** Behind `--` a word is a file, whatever it looks like. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? argv.length : end).some((word) => word === '--help' || word === '-h');
}

/** What to say of a command that there is not; undefined when there is one, or when help in general is asked for. */
function unknownCommand(words: readonly string[]): string | undefined {
  const names = [...Object.keys(COMMANDS), ...OCLIF];
  const [first] = words;
  if (first === undefined) return undefined;
  const two = words.slice(0, 2).join(' ');
  if (names.includes(two) || names.includes(first) || two === 'vast') return undefined;
  const topic = names.some((name) => name.startsWith(`${first} `));
  const found = topic ? two : first;
  const meant = suggestion(found, names, (name) => `exr ${name}`) || ':';
  return `exr has no command "${plainText(found, { max: 60 })}"${meant} \`exr help\` lists them.`;
}

function crashed(error: unknown): void {
  process.stderr.write(`This is a bug in exr-inspector, please report it with the command and the file:\n${withoutSecrets((error as Error)?.stack ?? String(error))}\n`);
  process.exit(70);
}

type CommandClass = Command.Class & { run(argv: string[], options: unknown): Promise<unknown> };
/** package.json's name, version and oclif section, written in by build.mjs. */
declare const PJSON: { name: string; version: string; oclif: object };
