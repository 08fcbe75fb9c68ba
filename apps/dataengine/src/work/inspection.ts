/** One object looked into: its report and which version it was, or why there will never be one. */
import { buildFailedReport, ExrError, inspect, isExrError, plainText, rememberHead, type ByteSource, type ExrReport, type Limits } from '@exr/core';
import type { FileIdentity, InspectedFile } from '@exr/core/store';
import type { Subject } from '../event/subject.ts';
import type { ObjectStore, OpenObject, Traffic } from '../source/object.ts';
import type { Gate } from './gate.ts';
import { keyProblem, verdictOnRead } from './verdict.ts';

export interface InspectionOptions {
  readonly limits: Limits;
  readonly suffixes: readonly string[];
  /** Measure the pixels, of deep parts too. */
  readonly stats: boolean;
  readonly deepStats: boolean;
  /** The most that the pixels may take of the event's time, seconds. */
  readonly statsSeconds: number;
  /** `eventKey` of the event that asks. */
  readonly event: string | null;
  /** Giants take turns: headers beyond a few megabytes, and pixels. */
  readonly heavy: Gate;
  readonly signal: AbortSignal;
}

export interface Inspection {
  readonly file: InspectedFile;
  readonly traffic: Traffic;
  /** There is no such object: `file` has that as its error. */
  readonly gone: boolean;
}

/**
 * Looks into the object of a subject. What will be the same next time (no EXR, damaged, gone, overwritten twice while it was read, a wrong name, too large a
 * header) is a report with that error. Throws what is the world's fault: the platform tries again.
 */
export async function inspectSubject(objects: ObjectStore, subject: Subject, options: InspectionOptions): Promise<Inspection> {
  const observedAt = new Date().toISOString();
  const likely = subject.keys.find((key) => keyProblem(key) === null) ?? subject.keys[0];
  const first = keyProblem(likely) === null ? likely : shortKey(likely);
  const failed = (error: ExrError, traffic: Traffic, gone: boolean): Inspection => {
    const report = buildFailedReport(error, { path: first, sizeBytes: subject.size ?? 0, mtime: null });
    return { file: { report, identity: { ...named(subject, first, options.event, observedAt), sizeBytes: subject.size, etag: subject.etag, sequencer: subject.sequencer } }, traffic, gone };
  };
  if (options.suffixes.length > 0 && !options.suffixes.some((suffix) => likely.toLowerCase().endsWith(suffix))) {
    return failed(new ExrError('NOT_EXR', `${first}: the name ends otherwise than in ${options.suffixes.join(', ')} (EXR_SUFFIXES)`, { source: first }), { requests: 0, bytes: 0 }, false);
  }
  const spent = { requests: 0, bytes: 0 };
  let error: ExrError | undefined;
  for (const key of subject.keys) {
    const problem = keyProblem(key);
    if (problem !== null) {
      error ??= new ExrError('INVALID_ARGUMENT', `${shortKey(key)}: ${problem}: there is no such object`, { source: shortKey(key) });
      continue;
    }
    for (let restarts = 0; restarts < 2; restarts++) {
      try {
        const file = await lookInto(objects.open({ bucket: subject.bucket, key }), subject, key, observedAt, options, spent);
        return { file, traffic: spent, gone: false };
      } catch (cause) {
        options.signal.throwIfAborted();
        let verdict = verdictOnRead(cause);
        if (verdict === 'doubtful') verdict = await takesAnotherKey(objects, subject.bucket, options.signal) ? 'permanent' : 'transient';
        if (verdict === 'transient' || !isExrError(cause)) throw cause;
        error ??= cause; // of the likeliest key
        if (verdict === 'permanent') return failed(cause, spent, false);
        if (verdict === 'gone') break; // perhaps it is spelt otherwise
        if (restarts > 0) return failed(new ExrError('SOURCE_CHANGED', `${cause.message}; overwritten again after a new start: the event of the newer version will bring it`, { ...cause.where }), spent, false);
      }
    }
  }
  return failed(error!, spent, true);
}

/** Of a key that is longer than keys are, its beginning and its length: rows and lines of the log are not made long by events. */
function shortKey(key: string): string {
  return plainText(key, { max: MOST_SHOWN });
}
const MOST_SHOWN = 1024;

/** Does the server answer about an ordinary key as servers do? Then it was the other key that it refused. */
async function takesAnotherKey(objects: ObjectStore, bucket: string, signal: AbortSignal): Promise<boolean> {
  const object = objects.open({ bucket, key: 'exr-inspector-asks' });
  try {
    await object.size({ signal });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    return isExrError(error) && (error.where.status === 404 || error.where.status === 416);
  } finally {
    await object.close?.();
  }
}

async function lookInto(object: OpenObject, subject: Subject, key: string, observedAt: string, options: InspectionOptions, spent: { requests: number; bytes: number }): Promise<InspectedFile> {
  const watched = new WatchedSource(object, options.heavy, options.signal);
  try {
    const report = await reportOf(watched, key, options);
    if (watched.trouble !== undefined) throw watched.trouble;
    // A sequencer orders the version that its event is about: not one that came after it.
    const sameVersion = subject.etag === null || object.etag === null || subject.etag === object.etag;
    const mtime = object.mtime instanceof Date ? object.mtime.toISOString() : object.mtime;
    return { report: { ...report, file: { ...report.file, mtime } }, identity: { ...named(subject, key, options.event, observedAt), etag: object.etag, mtime, sequencer: sameVersion ? subject.sequencer : null } };
  } finally {
    spent.requests += object.traffic.requests;
    spent.bytes += object.traffic.bytes;
    watched.leave();
    await object.close?.();
  }
}

const named = ({ bucket }: Subject, path: string, event: string | null, observedAt: string): FileIdentity => ({ bucket, path, event, observedAt });

/** The headers; then, with what was read of them at hand, the pixels of the parts that are to be measured. */
async function reportOf(watched: WatchedSource, path: string, options: InspectionOptions): Promise<ExrReport> {
  const { limits, signal } = options;
  const source = options.stats ? rememberHead(watched) : watched;
  const report = await inspect(source, { path, limits, signal });
  const measurable = report.parts.some((part) => !part.is_deep || options.deepStats);
  if (!options.stats || !measurable || watched.trouble !== undefined) return report;
  await watched.takeTurn();
  return inspect(source, { path, signal, limits: { ...limits, seconds: Math.min(limits.seconds, options.statsSeconds) }, stats: { deep: options.deepStats } });
}

/** What may be read before the event has to wait for its turn among the giants. */
const LIGHT_BYTES = 4 * 1024 * 1024;

/** Remembers what the source threw (the report only has it in words), and holds giants back. */
class WatchedSource implements ByteSource {
  /** The first error of the world. */
  trouble: unknown;
  private bytes = 0;
  private turn: Promise<() => void> | undefined;

  constructor(private readonly source: ByteSource, private readonly heavy: Gate, private readonly signal: AbortSignal) {}

  get name(): string {
    return this.source.name;
  }

  size(): Promise<number> {
    if (this.trouble !== undefined) return Promise.reject(this.trouble as Error); // a report of the trouble would like to know: not worth a request
    return this.watched(() => this.source.size({ signal: this.signal }));
  }

  async read(offset: number, length: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<Uint8Array> {
    if ((this.bytes += length) > LIGHT_BYTES) await this.takeTurn();
    return this.watched(() => this.source.read(offset, length, { signal: options?.signal ?? this.signal }));
  }

  async takeTurn(): Promise<void> {
    await (this.turn ??= this.heavy.enter(this.signal));
  }

  leave(): void {
    void this.turn?.then((leave) => leave(), () => undefined);
  }

  private async watched<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (!isExrError(error) || error.kind === 'io' || error.kind === 'usage') this.trouble ??= error;
      throw error;
    }
  }
}
