import { Args } from '@oclif/core';
import { boolean, integer, string } from '@oclif/core/flags';
import { createWriteStream } from 'node:fs';
import { access, rename, rm, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { buildFailedReport, ExrError, type ExrReport, fixedTable, formatBytes, formatCount, isExrError, mapInOrder, openExr, type Tier, verify } from '@exr/core';
import { ExrCommand, limitFlag, outputFlags } from '../base-command.ts';
import { recursiveFlag, threadsFlag } from '../flags.ts';
import { countInputs, expandInputs, type Input, namedInput } from '../inputs/expand.ts';
import { openInput } from '../inputs/open.ts';
import { parseLimits } from '../limits.ts';
import { Output } from '../output/output.ts';
import { progressBar } from '../output/progress.ts';
import { type Format, ReportWriter } from '../output/reports.ts';
import { paintFor } from '../render/layout.ts';
import { renderVerdict } from '../render/verdict.ts';

/** Files whose leaders are read at once; with --deep the threads of one file keep the machine busy. */
const FILES_AT_ONCE = 8;

export default class Verify extends ExrCommand {
  static override summary = 'Say whether frames are whole: what is missing, truncated or broken, and where.';
  static override description =
    'Reads offset tables and chunk leaders; --quick the tables alone (two small reads a file), --deep decodes every chunk. Verdicts: ok, incomplete (chunks never written), in progress (the same, and written to a moment ago), recoverable (an offset table is wrong, every chunk is there), not conforming (OpenEXR refuses or misreads the header, the pixels can be shown), truncated, corrupt, not an EXR, unreadable. Exit code 0 only when every file is ok.';
  static override examples = [
    '<%= config.bin %> verify beauty.1001.exr',
    { description: 'A whole show, only what is not well', command: '<%= config.bin %> verify renders --recursive --bad-only' },
    { description: 'Decode everything, for an archive', command: '<%= config.bin %> verify delivery -r --deep --format ndjson > verify.ndjson' },
    { description: 'Save what a crashed render left', command: '<%= config.bin %> verify crashed.exr --fix-table saved.exr --fill' },
  ];
  static override args = { paths: Args.string({ required: true, description: 'Files, folders, globs, http(s) URLs, s3://bucket/key or s3://bucket/prefix/, or - for standard input.' }) };
  static override strict = false;
  static override flags = {
    format: string({ char: 'f', options: ['pretty', 'json', 'ndjson'], default: 'pretty', summary: 'pretty for people, json, or ndjson one line a file.' }),
    ...outputFlags, ...recursiveFlag,
    deep: boolean({ exclusive: ['quick'], summary: 'Decode every chunk too.' }),
    quick: boolean({ summary: 'Look at the offset tables and the last chunk only.' }),
    'bad-only': boolean({ summary: 'Print only files that are not ok.' }),
    recent: integer({ default: 60, min: 0, helpValue: 'SECONDS', summary: 'A file without all its chunks that was written to this recently is "in progress".' }),
    'fix-table': string({ helpValue: 'OUT.exr', summary: 'Write a copy with a rebuilt offset table (one input file).' }),
    fill: boolean({ dependsOn: ['fix-table'], summary: 'In the copy, write black where chunks are missing instead of leaving them out.' }),
    force: boolean({ dependsOn: ['fix-table'], summary: 'Let --fix-table replace an existing file.' }),
    ...threadsFlag, ...limitFlag,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Verify);
    const paths = argv as string[];
    const tier: Tier = flags.deep ? 'decode' : flags.quick ? 'table' : 'leaders';
    const limits = parseLimits(flags.limit);
    const options = { tier, limits, signal: this.signal, threads: flags.threads, recent: flags.recent };
    if (flags['fix-table'] !== undefined) return this.#fix(paths, flags['fix-table'], { ...options, fill: flags.fill, force: flags.force });
    const format = flags.format as Format;
    const output = new Output(flags.output);
    const writer = new ReportWriter(output, format, paths.length > 1);
    const draw = { paint: paintFor(output.isTerminal), columns: output.columns };
    const quiet = flags.quiet || (format === 'pretty' && output.isTerminal);
    const bar = await progressBar(process.stderr.isTTY && !quiet ? await countInputs(paths, flags) : 0, 'files', { quiet });
    const tally = new Map<string, number>();
    let done = 0;
    try {
      for await (const { report, expanded } of mapInOrder(expandInputs(paths, { recursive: flags.recursive, signal: this.signal }), flags.deep ? 1 : FILES_AT_ONCE, async (input) => ({ report: await verdictOf(input, options), expanded: !(paths.length === 1 && input.path === paths[0]) }))) {
        this.signal.throwIfAborted();
        const verdict = String(report.structure?.['verdict']);
        tally.set(verdict, (tally.get(verdict) ?? 0) + 1);
        for (const { kind } of report.errors) this.noticed(kind);
        if (verdict !== 'ok') this.noticed('format');
        if (expanded) writer.expectMany();
        if (!(flags['bad-only'] && verdict === 'ok')) await writer.write(() => JSON.stringify(report), () => renderVerdict(report, draw));
        bar.advance(++done);
      }
    } finally {
      bar.stop();
      await writer.end();
    }
    if (done === 0) throw new ExrError('INVALID_ARGUMENT', `no EXR files in ${paths.join(', ')}${flags.recursive ? '' : ' (add --recursive to enter the folders below)'}`);
    if (format === 'pretty' && done > 1) process.stderr.write(`${formatCount(done)} files: ${[...tally].map(([verdict, count]) => `${formatCount(count)} ${verdict}`).join(', ')}\n`);
  }

  /** Never in place, never over an existing file without --force: written beside the target under a temporary name and renamed when whole. */
  async #fix(paths: readonly string[], target: string, options: { force: boolean; fill: boolean; tier: Tier; limits: ReturnType<typeof parseLimits>; signal: AbortSignal; threads: number | undefined }): Promise<void> {
    const [path] = paths;
    if (paths.length !== 1 || path === undefined) throw new ExrError('INVALID_ARGUMENT', '--fix-table takes exactly one input file');
    const there = await stat(target).catch(() => null);
    const same = there && (await stat(path).catch(() => null));
    if (same && same.ino === there.ino && same.dev === there.dev) throw new ExrError('INVALID_ARGUMENT', `--fix-table ${target}: that is the input itself; name another file`);
    if (there && !options.force) throw new ExrError('INVALID_ARGUMENT', `--fix-table ${target}: the file exists; name another, or add --force to replace it`);
    const { source } = await openInput(namedInput(path));
    const temporary = `${target}.${process.pid}.part`;
    try {
      const file = await openExr(source, { limits: options.limits, signal: options.signal });
      const fixed = await fixedTable(file, { ...options, tier: options.tier === 'table' ? 'leaders' : options.tier });
      const stream = createWriteStream(temporary, { flags: 'wx' });
      await once(stream, 'open').catch((cause: NodeJS.ErrnoException) => {
        throw new ExrError('READ_FAILED', `${temporary}: cannot be written (${cause.message})`, { source: temporary }, { cause });
      });
      for await (const piece of fixed.pieces()) if (!stream.write(piece)) await once(stream, 'drain');
      stream.end();
      await once(stream, 'close');
      await rename(temporary, target);
      const { copied, filled, left, size } = fixed;
      process.stderr.write(`${target}: ${formatBytes(size)}, ${formatCount(copied)} chunks copied${filled ? `, ${formatCount(filled)} filled with black` : ''}${left ? `, ${formatCount(left)} missing ones left out` : ''}\n`);
    } finally {
      await access(temporary).then(() => rm(temporary, { force: true }), () => undefined);
      await source.close?.();
    }
  }
}

async function verdictOf(input: Input, options: { tier: Tier; limits: ReturnType<typeof parseLimits>; signal: AbortSignal; threads: number | undefined; recent: number }): Promise<ExrReport> {
  if (input.kind === 'failed') return { ...buildFailedReport(input.error, { path: input.path }), structure: { verdict: 'unreadable', reasons: [input.error.message], parts: [] } };
  const { source, mtime } = await openInput(input, { blocking: options.tier === 'table' });
  try {
    // An object is there as a whole or not at all: what a new one lacks was never in it.
    return await verify(source, { ...options, path: input.path, mtime, ...(input.kind === 's3' && { recent: 0 }) });
  } catch (error) {
    if (isExrError(error)) return buildFailedReport(error, { path: input.path });
    throw error;
  } finally {
    await source.close?.();
  }
}
