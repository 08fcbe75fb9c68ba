import { Args } from '@oclif/core';
import { integer, string } from '@oclif/core/flags';
import { resolve } from 'node:path';
import { EMBEDDING_VERSION, ExrError, embedDescription, inspect, isS3Url, parseS3Url, plainText, type ExrReport } from '@exr/core';
import { fileIdOf, type ExrStore } from '@exr/core/store';
import { ExrCommand, outputFlags } from '../base-command.ts';
import { namedInput } from '../inputs/expand.ts';
import { openInput } from '../inputs/open.ts';
import { jsonOf } from '../output/json.ts';
import { paintFor } from '../render/layout.ts';
import { renderMatch } from '../render/store.ts';
import { collapseFlag, filterFlags, filterOf } from '../store/filters.ts';
import { storeFlag, storeOf } from '../store/open.ts';

/** Where the store has it. */
function locationOf(path: string): { bucket: string | null; path: string } {
  if (!isS3Url(path)) return { bucket: null, path: resolve(path) };
  const { bucket, key } = parseS3Url(path);
  return { bucket, path: key };
}

/** True when a file of the store has vectors that are not compared any more. */
async function hasOlderVectors(store: ExrStore): Promise<boolean> {
  for await (const _row of store.query({ where: `embedding_version <> ${EMBEDDING_VERSION}`, limit: 1 })) return true;
  return false;
}

export default class Similar extends ExrCommand {
  static override summary = 'Find frames made the way this one was, and say why.';
  static override description = 'The number is the cosine of the vectors in hundredths: 100 = made the same way. "alike" names what brings the two together, "apart" what only this file (−) or only the other (+) has.';
  static override examples = [
    '<%= config.bin %> similar beauty.1001.exr',
    '<%= config.bin %> similar --describe "cryptomatte and N and Z at 4K in DWAA"',
    { description: 'With the same channels, but uncompressed', command: `<%= config.bin %> similar beauty.1001.exr --by channels --where "compression = 'none'"` },
  ];
  static override args = { file: Args.string({ description: 'A file, URL or s3://bucket/key; it need not be in the store.' }) };
  static override flags = {
    describe: string({ char: 'd', helpValue: 'TEXT', summary: 'Describe the frames instead of naming a file.' }),
    by: string({ options: ['metadata', 'channels'], default: 'metadata', summary: 'Compare how they were made, or only which channels they have.' }),
    ...storeFlag, ...filterFlags, ...collapseFlag,
    limit: integer({ char: 'n', min: 1, max: 1000, default: 10, helpValue: 'N', summary: 'At most N matches.' }),
    format: string({ char: 'f', options: ['pretty', 'json'], default: 'pretty', summary: 'pretty for people, or json.' }),
    output: outputFlags.output,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Similar);
    if ((args.file === undefined) === (flags.describe === undefined)) throw new ExrError('INVALID_ARGUMENT', 'expected a file or --describe TEXT, one of the two');
    const store = storeOf(flags.store);
    try {
      await this.writing(flags.output, { inputs: args.file === undefined ? [] : [args.file], store: store.location }, async (output) => {
        const paint = paintFor(output.isTerminal);
        const to = flags.describe ?? (await this.report(args.file!));
        const matches = await store.similar(
          { ...filterOf(flags), to, by: flags.by as 'metadata' | 'channels', limit: flags.limit, collapse: flags.sequences, exceptId: args.file === undefined ? undefined : fileIdOf(locationOf(args.file)) },
          { signal: this.signal },
        );
        const asked = flags.describe === undefined ? null : embedDescription(flags.describe, await store.vocabulary({}, { signal: this.signal }));
        if (asked && asked.unknown.length > 0) process.stderr.write(`not understood: ${plainText(asked.unknown.join(', '), { max: 200 })}\n`);
        if (flags.format === 'json') await output.write(`${jsonOf(matches, 2)}\n`);
        else {
          if (asked) await output.write(paint.dim(`understood: ${asked.understood.join(', ') || 'nothing'}\n`));
          await output.write(matches.length === 0 ? 'nothing found\n' : matches.map((match) => renderMatch(match, paint)).join(''));
          if (await hasOlderVectors(store)) await output.write(paint.yellow('some files of this store have vectors of another version and were not compared: index them again\n'));
        }
      });
    } finally {
      await store.close();
    }
  }

  private async report(path: string): Promise<ExrReport> {
    const { source, mtime } = await openInput(namedInput(path));
    try {
      const report = await inspect(source, { path, mtime, signal: this.signal, part: undefined, stats: undefined });
      const [error] = report.errors;
      if (report.parts.length === 0) throw new ExrError(error?.code ?? 'NOT_EXR', error?.message ?? `${path}: has no parts`, { source: path });
      return report;
    } finally {
      await source.close?.();
    }
  }
}
