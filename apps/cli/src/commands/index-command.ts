import { Args } from '@oclif/core';
import { boolean } from '@oclif/core/flags';
import { stat } from 'node:fs/promises';
import { buildFailedReport, ExrError, formatCount, formatSeconds, inspect, isExrError, type ExrReport } from '@exr/core';
import { indexFiles } from '@exr/core/store';
import { ExrCommand, limitFlag, outputFlags } from '../base-command.ts';
import { countInputs, expandInputs } from '../inputs/expand.ts';
import { openInput } from '../inputs/open.ts';
import { parseLimits } from '../limits.ts';
import { progressBar } from '../output/progress.ts';
import { storeFlag, storeOf } from '../store/open.ts';

export default class Index extends ExrCommand {
  static override summary = 'Remember files: read what is new or changed below these paths, forget what went.';
  static override description =
    'Folders are entered. A file whose size and time of modification are those of the store is not opened again. Every batch is one transaction: stop it whenever you like and run it again. Files that cannot be read are remembered with their error.';
  static override examples = [
    '<%= config.bin %> index /jobs/abc/renders',
    { description: 'With pixel statistics, into a store of its own', command: '<%= config.bin %> index renders --stats --store renders.duckdb' },
  ];
  static override args = { paths: Args.string({ required: true, description: 'Files, folders or globs.' }) };
  static override strict = false;
  static override flags = {
    ...storeFlag,
    stats: boolean({ summary: 'Decode every pixel and remember statistics too.' }),
    force: boolean({ summary: 'Open every file, whatever its size and time say.' }),
    json: boolean({ summary: 'Print the counts as JSON.' }),
    quiet: outputFlags.quiet, ...limitFlag,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Index);
    const paths = argv as string[];
    const remote = paths.find((path) => path === '-' || /^https?:/i.test(path));
    if (remote !== undefined) throw new ExrError('INVALID_ARGUMENT', `${remote}: expected files, folders or globs: the store remembers where a file is`);
    const [store, limits, failures] = [storeOf(flags.store), parseLimits(flags.limit), new Map<string, ExrError>()];
    const report = async (path: string): Promise<ExrReport> => {
      const { source, mtime } = await openInput({ kind: 'file', path });
      try {
        return await inspect(source, { path, mtime, limits, signal: this.signal, part: undefined, stats: flags.stats ? {} : undefined });
      } catch (error) {
        if (isExrError(error) && error.kind !== 'usage') return buildFailedReport(error, { path });
        throw error;
      } finally {
        await source.close?.();
      }
    };
    const roots: string[] = [];
    for (const path of paths) if ((await stat(path).catch(() => undefined))?.isDirectory()) roots.push(path);
    const bar = await progressBar(process.stderr.isTTY && !flags.quiet ? await countInputs(paths, { recursive: true }) : 0, 'files', flags);
    const begin = Date.now();
    const walk = async function* (): AsyncGenerator<string> {
      for await (const input of expandInputs(paths, { recursive: true })) {
        // A name that leads nowhere is a mistake of today, not a file to remember.
        if (input.kind === 'failed') failures.set(input.path, input.error);
        else yield input.path;
      }
    };
    try {
      const counts = await indexFiles(store, walk(), { inspect: report, roots, stats: flags.stats, force: flags.force, signal: this.signal, concurrency: flags.stats ? 1 : 16, onProgress: ({ seen }) => bar.advance(seen) });
      bar.stop();
      const seconds = (Date.now() - begin) / 1000;
      if (flags.json) process.stdout.write(`${JSON.stringify({ store: store.location, ...counts, seconds })}\n`);
      else process.stdout.write(`${formatCount(counts.seen)} files in ${formatSeconds(seconds)}: ${formatCount(counts.inserted)} new, ${formatCount(counts.replaced)} changed, ${formatCount(counts.unchanged)} unchanged, ${formatCount(counts.removed)} gone${counts.failed > 0 ? `, ${formatCount(counts.failed)} not readable` : ''}\n${store.location}\n`);
      for (const error of failures.values()) {
        process.stderr.write(`${error.message}\n`);
        this.noticed(error.kind);
      }
      if (counts.seen === 0 && counts.removed === 0) throw new ExrError('INVALID_ARGUMENT', `no EXR files in ${paths.join(', ')}`);
    } finally {
      bar.stop();
      await store.close();
    }
  }
}
