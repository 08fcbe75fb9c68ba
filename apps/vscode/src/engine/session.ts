/** One file as it was when it was opened: every answer that the editor needs, until it is closed. */
import {
  buildFailedReport, computeStats, ExrError, FACE_LIMITS, isExrError, openExr, readIdManifest, sizeAfter, toJson, usableIndex, type ByteSource, type ChunkIndex, type ExrFile, type Limits,
} from '@exr/core';
import type { ImageAnswer, ImageParams, LayerInfo, Opened, PixelsAnswer, PixelsParams, SightAnswer, SightParams, StatsAnswer, StatsParams, StructureAnswer } from '../shared/protocol.ts';
import type { Canvas } from '../shared/fit.ts';
import type { HandlerContext } from '../shared/rpc.ts';
import { firstParams, Prepared, sightOf } from './first.ts';
import { readImage, type ImageRun } from './image.ts';
import { Lane } from './lane.ts';
import { noticeOf } from './notice.ts';
import { firstLayer, layersOf, partInfo, reportOf } from './opened.ts';
import { readValues } from './pixels.ts';
import { structureOf } from './structure.ts';
import { thumbnailOf } from './thumbnail.ts';

export interface SessionOptions {
  /** What people call the file. */
  readonly name: string;
  readonly revision: number;
  /** When the file was last written, null where its host does not tell. */
  readonly mtime: () => Date | null;
  /** How hard to look at the structure without being asked: every chunk's leader where reading costs little, the tables alone elsewhere. */
  readonly tier: 'table' | 'leaders';
  readonly threads?: number | undefined;
  /** What the user has set; names that are none are passed over. */
  readonly limits?: Readonly<Record<string, number>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The longest attribute that is spelled out. */
const MOST_ATTRIBUTE = 32 * 2 ** 20;

/**
 * Unpacked bytes that are worth one more thread while the page gets ready: it needs the processor too, and until it is there nobody sees what was
 * decoded. A picture of HD takes one, one of 4K all that a small machine has.
 */
const THREAD_WORTH = 12 * 2 ** 20;

/** Something wrong within a chunk. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

const MOST_FAULTS = 100;
const DATA_FAULTS: ReadonlySet<string> = new Set(['CORRUPT_DATA', 'BAD_CHUNK']);

export type OpenedFile = Omit<Opened, 'settings'>;
type Run = Pick<HandlerContext, 'signal'> & Partial<Pick<HandlerContext, 'progress'>>;

/** Those of files from strangers, with what the user has set. */
function limitsWith(set: Readonly<Record<string, number>> = {}): Limits {
  const { editor } = FACE_LIMITS;
  return { ...editor, ...Object.fromEntries(Object.entries(set).filter(([name]) => Object.hasOwn(editor, name))) };
}

/** Opens whatever is behind `source`, which the session then owns. What is wrong with the file is in `opened`; only cancellation throws. */
export async function openSession(source: ByteSource, options: SessionOptions): Promise<Session> {
  const { name, revision, mtime, signal, limits } = options;
  const age = (): number | null => {
    const time = mtime();
    return time === null ? null : Math.max(0, (Date.now() - time.getTime()) / 1000);
  };
  try {
    const file = await openExr(source, { limits: limitsWith(limits), ...(signal && { signal }) });
    const layers = layersOf(file);
    const report = reportOf(file, mtime());
    return new Session(source, file, options, {
      revision, name, report: { ...report, file: { ...report.file, path: name } }, parts: file.parts.map(partInfo), layers, firstLayer: firstLayer(file, layers),
      notice: null, ageSeconds: age(),
    });
  } catch (error) {
    if (!isExrError(error) || signal?.aborted) {
      await source.close?.();
      throw error;
    }
    const sizeBytes = await sizeAfter(error, source);
    const report = buildFailedReport(error, { path: name, sizeBytes, mtime: mtime() });
    return new Session(source, null, options, { revision, name, report, parts: [], layers: [], firstLayer: null, notice: await noticeOf(source, error, age()), ageSeconds: age() });
  }
}

export class Session {
  readonly #stop = new AbortController();
  readonly #pictures = new Lane('newest');
  readonly #measures = new Lane('oldest');
  readonly #thumbnails = new Lane('oldest');
  #index: Promise<ChunkIndex> | undefined;
  #prepared: Prepared | null = null;
  readonly #faults = new Map<string, Fault>();

  constructor(
    readonly source: ByteSource,
    /** Null when the file could not be opened. */
    readonly file: ExrFile | null,
    readonly options: SessionOptions,
    readonly opened: OpenedFile,
  ) {}

  /** Chunks that are there but could not be decoded, as far as somebody tried; at most 100. */
  get faults(): readonly Fault[] {
    return [...this.#faults.values()];
  }

  /** `deep`: decode every chunk. */
  structure({ deep = false }: { readonly deep?: boolean | undefined }, run: Run): Promise<StructureAnswer> {
    const file = this.#opened();
    const look = async (signal: AbortSignal): Promise<StructureAnswer> => {
      const found = await structureOf(file, { tier: deep ? 'decode' : this.options.tier, secondsOld: this.opened.ageSeconds, signal, threads: this.options.threads, onProgress: counted(run) });
      return { revision: this.opened.revision, ...found };
    };
    return this.#within(run, (signal) => (deep ? this.#measures.run(signal, () => look(signal)) : look(signal)));
  }

  /** Begins with what an editor on such a canvas asks for first; `layer` is the one that was looked at last. */
  prepare(layer: string | null, canvas: Canvas): void {
    const { layers, parts, firstLayer: first, revision } = this.opened;
    const found = layers.find(({ id }) => id === layer) ?? layers.find(({ id }) => id === first);
    const part = parts.find(({ index }) => index === found?.part);
    const params = found && part ? firstParams(revision, found, part, canvas) : null;
    if (!params || this.#prepared?.suits(params)) return;
    this.#prepared?.cancel(new ExrError('CLOSED', `${this.opened.name}: another picture is asked for first`));
    this.#prepared = new Prepared(params, (signal) => this.#read(params, { signal }, THREAD_WORTH));
  }

  /** What was prepared, developed and small; null when nothing was, or another layer. */
  async sight(params: SightParams, { signal }: Run): Promise<SightAnswer | null> {
    const prepared = this.#prepared;
    if (prepared?.params.layer !== params.layer) return null;
    const answer = await prepared.answer;
    signal.throwIfAborted();
    return sightOf(this.#opened(), this.#layer(params.layer), answer, params);
  }

  image(params: ImageParams, run: Run): Promise<ImageAnswer> {
    const prepared = this.#prepared;
    this.#prepared = null; // once: its planes are many bytes
    if (prepared?.suits(params)) return prepared.take(run.signal);
    // For another canvas than was expected: something to look at all the same, and the view asks again.
    if (prepared?.serves(params)) return prepared.take(run.signal).then((answer) => ({ ...answer, leftOut: true }));
    prepared?.cancel(new ExrError('CLOSED', `${this.opened.name}: another picture was asked for`));
    return this.#read(params, run);
  }

  #read(params: ImageParams, run: Run, threadWorth?: number): Promise<ImageAnswer> {
    const [file, layer] = [this.#opened(), this.#layer(params.layer)];
    return this.#within(run, (signal) => this.#pictures.run(signal, async () => readImage(file, layer, params, { ...(await this.#run(signal, run)), threadWorth, onSkipped: (skipped) => this.#note(skipped) })));
  }

  pixels(params: PixelsParams, run: Run): Promise<PixelsAnswer> {
    const file = this.#opened();
    return this.#within(run, async (signal) => readValues(file, params, await this.#run(signal, {})));
  }

  stats({ part, channels, region }: StatsParams, run: Run): Promise<StatsAnswer> {
    const file = this.#opened();
    return this.#within(run, (signal) => this.#measures.run(signal, async () => {
      const { parts } = await computeStats(file, { ...(await this.#run(signal, run)), parts: [part], channels, region, deep: true });
      const found = parts.find(({ index }) => index === part);
      if (found?.unreadable) throw new ExrError(found.unreadable.code, found.unreadable.message, { source: file.source.name, part });
      const { partial = false, skipped = [], skipped_count: count = skipped.length, channels: measured = [] } = found ?? {};
      this.#note(skipped.map(({ code, message = '' }) => ({ code, message, missing: false })));
      return { revision: this.opened.revision, part, partial, skipped: count, channels: measured };
    }));
  }

  /** Thumbnails wait for pictures. */
  thumbnail({ layer: id, size }: { readonly layer: string; readonly size: number }, run: Run): Promise<{ png: Uint8Array }> {
    const [file, layer] = [this.#opened(), this.#layer(id)];
    return this.#within(run, (signal) => this.#thumbnails.run(signal, async () => {
      await this.#pictures.idle();
      signal.throwIfAborted();
      return { png: await thumbnailOf(file, layer, size, await this.#run(signal, {})) };
    }));
  }

  /** The whole value as JSON; an ID manifest as what is in it. */
  attribute({ part, name }: { readonly part: number; readonly name: string }): { json: string } {
    const file = this.#opened();
    const found = file.parts[part]?.attribute(name);
    if (!found) throw new ExrError('INVALID_ARGUMENT', `${file.source.name}: part ${part} has no attribute ${name}`, { source: file.source.name, part, attribute: name });
    if (found.size > MOST_ATTRIBUTE) {
      throw new ExrError('LIMIT_EXCEEDED', `${file.source.name}: part ${part}: ${name} has ${found.size} bytes, shown are ${MOST_ATTRIBUTE} at most`, { source: file.source.name, part, attribute: name });
    }
    const value = found.type === 'idmanifest' ? readIdManifest(found, file.limits) : found.value;
    return { json: JSON.stringify(toJson(value, { bytesLimit: MOST_ATTRIBUTE }), null, 2) };
  }

  /** Stops what runs, in the middle of a chunk, and lets go of the file. */
  async close(): Promise<void> {
    this.#stop.abort(new ExrError('CLOSED', `${this.opened.name}: the file was closed`));
    await this.source.close?.();
  }

  /** What the tables say is missing is the structure's to tell. */
  #note(skipped: readonly (Fault & { readonly missing: boolean })[]): void {
    for (const { code, message, missing } of skipped) {
      if (this.#faults.size >= MOST_FAULTS) return;
      if (!missing && DATA_FAULTS.has(code)) this.#faults.set(message, { code, message });
    }
  }

  #opened(): ExrFile {
    if (this.file) return this.file;
    const [error] = this.opened.report.errors;
    throw new ExrError(error?.code ?? 'NOT_EXR', error?.message ?? `${this.opened.name} could not be opened`, { source: this.opened.name });
  }

  #layer(id: string): LayerInfo {
    const layer = this.opened.layers.find((each) => each.id === id);
    if (!layer) throw new ExrError('INVALID_ARGUMENT', `${this.opened.name}: there is no layer ${JSON.stringify(id)}`, { source: this.opened.name });
    return layer;
  }

  /** The caller's signal and the session's in one. */
  async #within<Result>({ signal }: Run, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const both = AbortSignal.any([signal, this.#stop.signal]);
    both.throwIfAborted();
    return work(both);
  }

  async #run(signal: AbortSignal, run: Partial<Run>): Promise<ImageRun> {
    // Read once, for everybody: one caller's change of mind must not fail the others.
    this.#index ??= usableIndex(this.#opened(), { signal: this.#stop.signal }).then(({ index }) => index);
    this.#index.catch(() => (this.#index = undefined));
    const index = await this.#index;
    signal.throwIfAborted();
    return { index, signal, threads: this.options.threads, onProgress: counted(run) };
  }
}

function counted({ progress }: Partial<Run>): ImageRun['onProgress'] {
  return progress && (({ chunks, totalChunks }) => progress({ done: chunks, total: totalChunks }));
}
