import { Args } from '@oclif/core';
import { boolean } from '@oclif/core/flags';
import { stat } from 'node:fs/promises';
import { buildFailedReport, ExrError, formatCount, formatSeconds, inspect, isExrError, isS3Url, parseS3Url, plainText, s3Url, type ExrReport, type Limits, type S3Source } from '@exr/core';
import { indexFiles, type IndexOptions, type IndexTarget, type InspectedTarget, type ListedObject } from '@exr/core/store';
import { ExrCommand, limitFlag, outputFlags } from '../base-command.ts';
import { countInputs, expandInputs, namedInput } from '../inputs/expand.ts';
import { openInput } from '../inputs/open.ts';
import { isGone, isS3Folder, openObject } from '../inputs/s3.ts';
import { parseLimits } from '../limits.ts';
import { jsonOf } from '../output/json.ts';
import { progressBar } from '../output/progress.ts';
import { storeFlag, storeOf } from '../store/open.ts';

export default class Index extends ExrCommand {
  static override summary = 'Remember files: read what is new or changed below these paths, forget what went.';
  static override description =
    'Folders are entered. A file whose size and time of modification are those of the store, and an object whose ETag is, is not opened again. Every batch is one transaction: stop it whenever you like and run it again. Files that cannot be read are remembered with their error.';
  static override examples = [
    '<%= config.bin %> index /jobs/abc/renders',
    { description: 'What is below a prefix of a bucket', command: '<%= config.bin %> index s3://renders/sh010/' },
    { description: 'With pixel statistics, into a store of its own', command: '<%= config.bin %> index renders --stats --store renders.duckdb' },
  ];
  static override args = { paths: Args.string({ required: true, description: 'Files, folders, globs, s3://bucket/key or s3://bucket/prefix/.' }) };
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
    if (remote !== undefined) throw new ExrError('INVALID_ARGUMENT', `${namedInput(remote).path}: expected files, folders, globs or s3://bucket/prefix/: the store remembers where a file is`);
    const [store, limits, failures] = [storeOf(flags.store), parseLimits(flags.limit), new Map<string, ExrError>()];
    const problems = new Map<string, string>();
    let others = 0;
    const problem = (path: string, { kind, code, message }: Pick<ExrError, 'kind' | 'code' | 'message'>): void => {
      this.noticed(kind);
      if (problems.size < MOST_NAMED && !problems.has(path)) problems.set(path, `${plainText(message, { max: 2000 })} [${code}]`);
      else if (!problems.has(path)) others++;
    };
    const look = async (target: IndexTarget, most?: Partial<Limits>): Promise<InspectedTarget> => {
      const path = typeof target === 'string' ? target : s3Url(target);
      const { source, mtime } = await openInput(namedInput(path));
      try {
        const report = await inspect(source, { path, mtime, limits: within(limits, most), signal: this.signal, part: undefined, stats: flags.stats ? {} : undefined });
        return { report, ...(typeof target !== 'string' && { version: versionRead(target, source as S3Source, report) }) };
      } catch (error) {
        if (!isExrError(error)) throw error;
        return { report: buildFailedReport(error, { path }) };
      } finally {
        await source.close?.();
      }
    };
    const roots = await rootsOf(paths);
    const bar = await progressBar(process.stderr.isTTY && !flags.quiet ? await countInputs(paths, { recursive: true }) : 0, 'files', flags);
    const begin = Date.now();
    const { signal } = this;
    const walk = async function* (): AsyncGenerator<IndexTarget> {
      for await (const input of expandInputs(paths, { recursive: true, signal })) {
        // A name that leads nowhere is a mistake of today, not a file to remember.
        if (input.kind === 'failed') failures.set(input.path, input.error);
        else if (input.kind !== 's3') yield input.path;
        else if (input.object) yield input.object;
        else yield* named(input.path, failures);
      }
    };
    try {
      const counts = await indexFiles(store, walk(), { inspect: look, roots, isGone, stats: flags.stats, force: flags.force, signal: this.signal, concurrency: flags.stats ? 1 : 16, onProgress: ({ seen }) => bar.advance(seen), onInspected: ({ report }) => report.errors.forEach((error) => problem(report.file.path, error)) });
      bar.stop();
      const seconds = (Date.now() - begin) / 1000;
      if (flags.json) process.stdout.write(`${jsonOf({ store: store.location, ...counts, seconds })}\n`);
      else process.stdout.write(`${formatCount(counts.seen)} files in ${formatSeconds(seconds)}: ${formatCount(counts.inserted)} new, ${formatCount(counts.replaced)} changed, ${formatCount(counts.unchanged)} unchanged, ${formatCount(counts.removed)} gone${counts.failed > 0 ? `, ${formatCount(counts.failed)} not readable` : ''}\n${store.location}\n`);
      for (const text of problems.values()) process.stderr.write(`${text}\n`);
      if (others > 0) process.stderr.write(`… and ${formatCount(others)} more: exr find --where "status <> 'ok'" lists them\n`);
      for (const error of failures.values()) {
        process.stderr.write(`${plainText(error.message, { max: 2000 })} [${error.code}]\n`);
        this.noticed(error.kind);
      }
      if (counts.seen === 0 && counts.removed === 0 && failures.size === 0) throw new ExrError('INVALID_ARGUMENT', `no EXR files in ${paths.map((path) => namedInput(path).path).join(', ')}`);
    } finally {
      bar.stop();
      await store.close();
    }
  }
}

/** Files that are named when they could not be read; the store knows the others. */
const MOST_NAMED = 100;

/** The lower of both. */
function within(limits: Limits, most: Partial<Limits> = {}): Limits {
  return { ...limits, ...Object.fromEntries(Object.entries(most).map(([name, value]) => [name, Math.min(value, limits[name as keyof Limits])])) };
}

/** Folders and prefixes that the walk goes through whole. */
async function rootsOf(paths: readonly string[]): Promise<IndexOptions['roots']> {
  const roots: IndexOptions['roots'][number][] = [];
  for (const path of paths) {
    if (isS3Url(path)) {
      const { bucket, key } = parseS3Url(path);
      if (isS3Folder(path)) roots.push({ bucket, prefix: key });
    } else if ((await stat(path).catch(() => undefined))?.isDirectory()) roots.push(path);
  }
  return roots;
}

/** An object that was named, as a listing would give it. */
async function* named(path: string, failures: Map<string, ExrError>): AsyncGenerator<ListedObject> {
  const source = openObject(path);
  try {
    yield { ...parseS3Url(path), size: await source.size(), etag: source.etag ?? '', mtime: source.mtime ?? new Date() };
  } catch (error) {
    if (!isExrError(error)) throw error;
    failures.set(path, error);
  }
}

/**
 * What was read, which is not what was listed where the object was overwritten in between. The date is that of the answer, in whole seconds, as everybody
 * who writes to the store has it: a listing's is finer, and the two do not compare. Where the world stood in the way (no answer, 403, 5xx) no version was
 * read at all, and the next run tries again.
 */
function versionRead(listed: ListedObject, source: S3Source, report: ExrReport): InspectedTarget['version'] & object {
  const mtime = (source.mtime ?? listed.mtime).toISOString();
  if (report.errors.some(({ kind }) => kind === 'io')) return { etag: null, mtime };
  return { etag: source.etag ?? listed.etag, sizeBytes: report.file.size_bytes, mtime };
}
