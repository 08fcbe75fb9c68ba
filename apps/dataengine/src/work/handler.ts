/** One event from its arrival to its answer. */
import { isExrError, type Limits } from '@exr/core';
import { eventKey, fileIdOf, type ExrStore } from '@exr/core/store';
import type { Config } from '../config/config.ts';
import { MalformedEvent, type Incoming, type Mode } from '../event/incoming.ts';
import { familyOf, NoSubject, requestOf, type Request, type Subject } from '../event/subject.ts';
import { outputOf, type OutputData } from '../sink/output.ts';
import type { Sink } from '../sink/sink.ts';
import type { ObjectStore } from '../source/object.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Trace, Tracer } from '../telemetry/trace.ts';
import type { Batcher } from './batcher.ts';
import type { Deadlines } from './deadline.ts';
import { Overloaded, type Gate } from './gate.ts';
import { inspectSubject, type Inspection } from './inspection.ts';
import { reconcile } from './reconcile.ts';
import type { EventOutcome, EventResult, FileResult } from './result.ts';

export interface HandlerParts {
  readonly config: Config;
  readonly limits: Limits;
  readonly objects: ObjectStore;
  readonly store: ExrStore;
  readonly batcher: Batcher;
  readonly sink: Sink | null;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly log: Log;
  /** How many objects are looked into at a time. */
  readonly reading: Gate;
  /** Giants among them. */
  readonly heavy: Gate;
  readonly deadlines: Deadlines;
}

export interface Handler {
  handle(event: Incoming | MalformedEvent, mode: Mode, traceHeader: string | null): Promise<EventResult>;
  /** Events that are not answered yet. */
  readonly inHouse: number;
}

/** What of an event's time pixels may take, so that the headers are stored before it runs out. */
const STATS_SHARE = 0.7;

export function makeHandler(parts: HandlerParts): Handler {
  const { config, metrics, log } = parts;
  let inHouse = 0;
  /** One at a time: a second schedule event waits for the first one's result. */
  let reconciling: Promise<OutputData> | undefined;

  async function handle(event: Incoming | MalformedEvent, mode: Mode, traceHeader: string | null): Promise<EventResult> {
    const begin = performance.now();
    if (event instanceof MalformedEvent) {
      metrics.events.inc({ kind: 'malformed', outcome: 'malformed' });
      log.error({ mode, error: event }, 'event refused');
      return { id: null, status: 500, outcome: 'malformed', message: event.message, files: [] };
    }
    const kind = familyOf(event.type);
    const incoming = textOf(event['traceparent']) ?? traceHeader;
    const trace = parts.tracer.begin(`event ${kind}`, incoming, { 'cloudevents.event_id': event.id, 'cloudevents.event_source': event.source, 'cloudevents.event_type': event.type });
    const lines = log.child({ event: event.id, source: event.source, ...(trace.traceparent !== null && { traceparent: trace.traceparent }) });
    if (inHouse >= config.queue) return finish(event, kind, mode, begin, trace, lines, { error: new Overloaded(`${inHouse} events are in the house: try again`) });
    inHouse++;
    const deadline = parts.deadlines.begin(config.timeoutMs);
    try {
      return finish(event, kind, mode, begin, trace, lines, await answer(event, trace, lines, deadline.signal));
    } catch (error) {
      return finish(event, kind, mode, begin, trace, lines, { error });
    } finally {
      deadline.done();
      inHouse--;
    }
  }

  async function reconcileOnce(lines: Log): Promise<OutputData> {
    const deadline = parts.deadlines.begin(config.timeoutMs);
    try {
      return await reconcile(parts, deadline.signal, lines);
    } finally {
      deadline.done();
      reconciling = undefined;
    }
  }

  async function answer(event: Incoming, trace: Trace, lines: Log, signal: AbortSignal): Promise<{ outcome: EventOutcome; files: readonly FileResult[] }> {
    const request = requestOf(event, config.bucket);
    if (request.family === 'schedule') {
      const data = await waitFor((reconciling ??= reconcileOnce(lines)), signal);
      await trace.span('sink', async () => parts.sink?.send(event, JSON.stringify(data), trace.traceparent, signal));
      return { outcome: 'reconciled', files: [] };
    }
    if (request.wishes.schemaVersion !== 1) throw new NoSubject(`schema_version ${String((event.data as { schema_version?: unknown } | undefined)?.schema_version)}, expected 1`);
    const key = eventKey(event.source, event.id);
    // All are waited for also when one fails: what is answered is what has happened.
    const settled = await Promise.allSettled(request.subjects.map((subject) => subjectDone(subject, request, key, trace, signal)));
    const failed = settled.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
    const files = settled.map((each) => (each as PromiseFulfilledResult<FileResult>).value);
    await trace.span('sink', async () => parts.sink?.send(event, outputOf(files, request.wishes), trace.traceparent, signal));
    return { outcome: 'done', files };
  }

  async function subjectDone(subject: Subject, request: Request, event: string, trace: Trace, signal: AbortSignal): Promise<FileResult> {
    // Who sends an event may be wrong or lie; the bucket cannot: the object itself is asked whether it is gone.
    const removed = subject.action === 'removed';
    const inspection = await parts.reading.run(signal, () => trace.span('read', () => look(subject, request, event, signal)));
    const path = inspection.file.identity.path;
    if (removed && inspection.gone) return removedNow(subject, path, inspection.file.identity.observedAt, trace, signal);
    return stored(subject, inspection, trace, signal);
  }

  async function look(subject: Subject, { wishes }: Request, event: string, signal: AbortSignal): Promise<Inspection> {
    const begin = performance.now();
    const deepStats = wishes.deepStats ?? config.deepStats;
    const inspection = await inspectSubject(parts.objects, subject, {
      limits: parts.limits, suffixes: subject.action === 'removed' ? [] : config.suffixes, stats: (wishes.stats ?? config.stats) || wishes.deepStats === true, deepStats,
      statsSeconds: (config.timeoutMs / 1000) * STATS_SHARE, event, heavy: parts.heavy, signal,
    });
    metrics.readSeconds.observe((performance.now() - begin) / 1000);
    metrics.readBytes.observe(inspection.traffic.bytes);
    metrics.readRequests.observe(inspection.traffic.requests);
    return inspection;
  }

  async function stored(subject: Subject, { file, traffic }: Inspection, trace: Trace, signal: AbortSignal): Promise<FileResult> {
    const outcome = await trace.span('store', () => parts.batcher.put(file, signal));
    metrics.files.inc({ action: subject.action, outcome });
    const error = file.report.errors[0] ?? null;
    if (error !== null) metrics.errors.inc({ code: error.code });
    return { subject, path: file.identity.path, fileId: fileIdOf(file.identity), outcome, error: error && { code: error.code, message: error.message }, report: file.report, ...traffic };
  }

  async function removedNow(subject: Subject, path: string, observedAt: string | undefined, trace: Trace, signal: AbortSignal): Promise<FileResult> {
    // Where the key's spelling is not certain, whichever is known goes; one that is not known leaves nothing.
    const remove = (key: string): Promise<void> => parts.batcher.remove({ bucket: subject.bucket, path: key, ...(observedAt !== undefined && { observedAt }) }, signal);
    await trace.span('store', async () => void (await Promise.all(subject.keys.map(remove))));
    metrics.files.inc({ action: subject.action, outcome: 'removed' });
    return { subject, path, fileId: fileIdOf({ bucket: subject.bucket, path }), outcome: 'removed', error: null, bytes: 0, requests: 0 };
  }

  function finish(event: Incoming, kind: string, mode: Mode, begin: number, trace: Trace, lines: Log, made: { outcome: EventOutcome; files: readonly FileResult[] } | { error: unknown }): EventResult {
    const seconds = (performance.now() - begin) / 1000;
    const result: EventResult = 'error' in made ? { id: event.id, files: [], ...verdict(made.error) } : { id: event.id, status: 204, ...made };
    const { outcome, files, message } = result;
    metrics.events.inc({ kind, outcome });
    metrics.duration.observe({ kind }, seconds);
    const said = { type: event.type, mode, outcome, ms: Math.round(seconds * 1000), ...(files.length > 0 && { files: files.slice(0, 20).map(fileLine) }) };
    if ('error' in made) {
      const { error } = made;
      metrics.errors.inc({ code: isExrError(error) ? error.code : outcome });
      lines[outcome === 'overloaded' ? 'warn' : 'error']({ ...said, error }, outcome === 'rejected' ? 'event names nothing to look at' : 'event failed: the platform will try again');
    } else if (files.some((file) => file.error !== null)) lines.warn(said, 'event done, with a file that has errors');
    else lines.info(said, 'event done');
    trace.end({ 'exr.outcome': outcome, 'exr.files': files.length }, result.status === 204 ? undefined : message);
    return result;
  }

  return {
    handle,
    get inHouse() {
      return inHouse;
    },
  };
}

function fileLine({ subject, path, outcome, error, bytes, requests }: FileResult): Readonly<Record<string, unknown>> {
  return { bucket: subject.bucket, key: path, action: subject.action, outcome, ...(error && { error: `${error.code}: ${error.message}` }), bytes, requests };
}

function verdict(error: unknown): Pick<EventResult, 'status' | 'outcome' | 'message'> {
  const message = error instanceof Error ? (error.name === 'TimeoutError' ? 'the time for this event is over (EXR_TIMEOUT_SECONDS)' : error.message) : String(error);
  if (error instanceof NoSubject) return { status: 204, outcome: 'rejected', message };
  if (error instanceof Overloaded) return { status: 503, outcome: 'overloaded', message };
  return { status: 500, outcome: 'failed', message };
}

/** Waits no longer than the signal says for something that goes on without us. */
function waitFor<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => reject(signal.reason as Error);
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
