import { Args, type Interfaces } from '@oclif/core';
import { boolean, integer, string } from '@oclif/core/flags';
import {
  buildFailedReport, ExrError, type ExrReport, fixedTable, formatBytes, formatCount, isExrError, type Limits, mapInOrder, openExr, plainText, type Tier, verify,
} from '@exr/core';
import { ExrCommand, limitFlag, outputFlags } from '../base-command.ts';
import { recursiveFlag, threadsFlag } from '../flags.ts';
import { countInputs, expandInputs, type Input, isNamedAlone, namedInput, sayLeftOut } from '../inputs/expand.ts';
import { nothingThere } from '../inputs/inspect-all.ts';
import { type OpenInput, openInput } from '../inputs/open.ts';
import { parseLimits } from '../limits.ts';
import type { Output } from '../output/output.ts';
import { progressBar } from '../output/progress.ts';
import { type Format, ReportWriter } from '../output/reports.ts';
import { FileTarget } from '../output/target.ts';
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
    await this.writing(flags.output, { inputs: paths }, (output) => this.#verdicts(paths, flags, options, format, output));
  }

  async #verdicts(paths: readonly string[], flags: VerifyFlags, options: Look, format: Format, output: Output): Promise<void> {
    // With --bad-only it is not known how many come, and none is as well an answer.
    const writer = new ReportWriter(output, format, paths.length > 1 || flags['bad-only']);
    const draw = { paint: paintFor(output.isTerminal), columns: output.columns };
    const quiet = flags.quiet || (format === 'pretty' && output.isTerminal);
    const bar = await progressBar(process.stderr.isTTY && !quiet ? await countInputs(paths, flags) : 0, 'files', { quiet });
    const tally = new Map<string, number>();
    const left: string[] = [];
    const inputs = expandInputs(paths, { recursive: flags.recursive, signal: this.signal, leftOut: (folder) => left.push(folder) });
    const look = async (input: Input): Promise<{ report: ExrReport; expanded: boolean }> => {
      if (input.kind === 'file') output.protects.refuse(input.path, 'the input');
      return { report: await verdictOf(input, options), expanded: !isNamedAlone(input, paths) };
    };
    let done = 0;
    await writer.through(async () => {
      for await (const { report, expanded } of mapInOrder(inputs, flags.deep ? 1 : FILES_AT_ONCE, look)) {
        this.signal.throwIfAborted();
        const verdict = String(report.structure?.['verdict']);
        tally.set(verdict, (tally.get(verdict) ?? 0) + 1);
        for (const { kind } of report.errors) this.noticed(kind);
        // What is unreadable has an error that says why; where it has none, chunks are beyond a limit or of a codec that we do not have.
        if (verdict !== 'unreadable' && verdict !== 'ok') this.noticed('format');
        else if (verdict === 'unreadable' && report.errors.length === 0) this.noticed('unsupported');
        if (expanded) writer.expectMany();
        if (!(flags['bad-only'] && verdict === 'ok')) await writer.write(() => report, () => renderVerdict(report, draw));
        bar.advance(++done);
      }
      if (done === 0) throw nothingThere({ paths, recursive: flags.recursive });
    }).finally(() => bar.stop());
    sayLeftOut(left);
    if (format === 'pretty' && done > 1) process.stderr.write(`${formatCount(done)} files: ${[...tally].map(([verdict, count]) => `${formatCount(count)} ${verdict}`).join(', ')}\n`);
  }

  /** Never in place, never over an existing file without --force. */
  async #fix(paths: readonly string[], name: string, options: Look & { readonly force: boolean; readonly fill: boolean }): Promise<void> {
    const [path] = paths;
    if (paths.length !== 1 || path === undefined) throw new ExrError('INVALID_ARGUMENT', '--fix-table takes exactly one input file');
    const target = await FileTarget.open(name, { flag: '--fix-table', force: options.force === true, signal: this.signal, notOver: path });
    const { source } = await openInput(namedInput(path));
    try {
      const file = await openExr(source, { limits: options.limits, signal: options.signal });
      const fixed = await fixedTable(file, { ...options, tier: options.tier === 'table' ? 'leaders' : options.tier });
      for await (const piece of fixed.pieces()) await target.write(piece);
      await target.commit();
      const { copied, filled, left, size } = fixed;
      const more = `${filled ? `, ${formatCount(filled)} filled with black` : ''}${left ? `, ${formatCount(left)} missing ones left out` : ''}`;
      process.stderr.write(`${plainText(name)}: ${formatBytes(size)}, ${formatCount(copied)} chunks copied${more}\n`);
    } finally {
      target.discard();
      await source.close?.();
    }
  }
}

type VerifyFlags = Interfaces.InferredFlags<typeof Verify.flags>;
interface Look {
  readonly tier: Tier;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly threads: number | undefined;
  readonly recent: number;
}

async function verdictOf(input: Input, options: Look): Promise<ExrReport> {
  if (input.kind === 'failed') return unreadable(input.error, input.path);
  let opened: OpenInput | undefined;
  try {
    opened = await openInput(input, { blocking: options.tier === 'table' });
    const { source, mtime } = opened;
    // An object is there as a whole or not at all: what a new one lacks was never in it.
    return await verify(source, { ...options, path: input.path, mtime, ...(input.kind === 's3' && { recent: 0 }) });
  } catch (error) {
    if (isExrError(error)) return unreadable(error, input.path);
    throw error;
  } finally {
    await opened?.source.close?.();
  }
}

function unreadable(error: ExrError, path: string): ExrReport {
  return { ...buildFailedReport(error, { path }), structure: { verdict: 'unreadable', reasons: [error.message], parts: [] } };
}
