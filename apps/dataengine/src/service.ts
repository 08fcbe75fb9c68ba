/** The function put together: from configuration to a server that answers, and in good order to its end. */
import { FACE_LIMITS, TOOL } from '@exr/core';
import { storeAt, type ExrStore } from '@exr/core/store';
import type { Config } from './config/config.ts';
import { scrubber } from './config/scrub.ts';
import { listen, type Running } from './server.ts';
import { httpSink } from './sink/sink.ts';
import type { ObjectStore } from './source/object.ts';
import { makeLog, type Log, type LogOptions } from './telemetry/log.ts';
import { Metrics } from './telemetry/metrics.ts';
import { NO_TRACER, otlpTracer, type Tracer } from './telemetry/trace.ts';
import { Batcher } from './work/batcher.ts';
import { Deadlines } from './work/deadline.ts';
import { Gate } from './work/gate.ts';
import { makeHandler } from './work/handler.ts';

/** Headers of many megabytes, and pixels, at a time: each may take some hundred megabytes. */
const HEAVY = 2;
/** For the answers of what was told to stop, and for closing connections. */
const AFTER_GRACE_MS = 1500;
/** Waits before the store is tried again at the start, milliseconds. */
const FIRST_WAIT = 200;
const LONGEST_WAIT = 10_000;

export interface ServiceParts {
  readonly objects: ObjectStore;
  /** Default: as EXR_STORE says. */
  readonly store?: ExrStore;
  readonly log?: LogOptions;
}

export interface Service {
  readonly url: string;
  readonly log: Log;
  /** Resolves when the store can be written to; until then /readiness says why not. */
  readonly ready: Promise<void>;
  /** Unready at once, no new events; what is in the house is finished and stored, or, when the grace is over, answered with 500. Resolves when all is closed. */
  stop(): Promise<void>;
}

export async function startService(config: Config, parts: ServiceParts): Promise<Service> {
  const scrub = scrubber(config.secrets);
  const { log, flush } = makeLog(config.logLevel, config.name, scrub, parts.log);
  // An event must not wait for a lock longer than it may take.
  const store = parts.store ?? storeAt(config.store, { env: config.env, file: { lockTimeoutMs: Math.min(10_000, config.timeoutMs / 2), onWait: (milliseconds, holder) => log.warn({ milliseconds, holder }, 'the store is locked') }, vast: {} });
  const deadlines = new Deadlines();
  const reading = new Gate(config.concurrency);
  let state: { readonly unready: string | null } = { unready: 'starting: the store was not reached yet' };
  const metrics: Metrics = new Metrics({ inHouse: () => handler.inHouse, reading: () => reading.running, waitingToRead: () => reading.queued, waitingForStore: () => batcher.depth });
  const batcher = new Batcher(store, {
    windowMs: config.batchMs, mostFiles: config.batchFiles,
    onBatch: (files, milliseconds, done) => {
      metrics.storeFiles.observe(files);
      metrics.storeSeconds.observe({ outcome: done ? 'done' : 'failed' }, milliseconds / 1000);
    },
  });
  const tracer: Tracer = config.otlp === null ? NO_TRACER : await otlpTracer(config.name, TOOL.version);
  const sink = config.sink === null ? null : httpSink(config.sink, config.name, (status, milliseconds) => metrics.sinkSeconds.observe({ status }, milliseconds / 1000));
  const handler = makeHandler({ config, limits: { ...FACE_LIMITS.function, seconds: config.timeoutMs / 1000, ...config.limits }, objects: parts.objects, store, batcher, sink, metrics, tracer, log, reading, heavy: new Gate(HEAVY), deadlines });
  const running = await listen(config.host, config.port, { handler, metrics: () => metrics.text(), scrub, unready: () => state.unready, onError: (error) => log.error({ error }, 'a bug') });
  log.info({ url: running.url, store: store.location, objects: parts.objects.location, sink: config.sink !== null, stats: config.stats, concurrency: config.concurrency, version: TOOL.version }, 'listening');

  const abort = new AbortController();
  const ready = provisioned(store, log, abort.signal, (unready) => (state = { unready })).then(() => log.info('ready'));
  ready.catch(() => undefined);
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    state = { unready: 'stopping' };
    abort.abort(new Error('stopping'));
    log.info({ inHouse: handler.inHouse }, 'stopping: no new events');
    await drained(running, batcher, deadlines, config.graceMs, log);
    sink?.close();
    await within(Promise.allSettled([store.close(), parts.objects.close(), tracer.close()]), AFTER_GRACE_MS, () => log.warn('not all was closed in time'));
    log.info('stopped');
    flush();
  };
  return { url: running.url, log, ready, stop: () => (stopping ??= stop()) };
}

/** A store that is not there yet is waited for: the platform sees the reason at /readiness and in the log. */
async function provisioned(store: ExrStore, log: Log, signal: AbortSignal, say: (unready: string | null) => void): Promise<void> {
  for (let wait = FIRST_WAIT; ; wait = Math.min(LONGEST_WAIT, wait * 2)) {
    try {
      await store.put([], { signal });
      signal.throwIfAborted();
      return say(null);
    } catch (error) {
      signal.throwIfAborted();
      say(`the store is not ready: ${error instanceof Error ? error.message : String(error)}`);
      log.error({ error, waitMs: wait }, 'the store is not ready');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
      });
    }
  }
}

/** Until the last answer is out and stored; when the grace is over, what still runs is told to stop, and a little later nobody waits any longer. */
async function drained(running: Running, batcher: Batcher, deadlines: Deadlines, graceMs: number, log: Log): Promise<void> {
  const done = running.drain().then(() => batcher.flush());
  await within(done, graceMs, () => {
    log.warn('the grace is over: what is left is for the platform to try again');
    deadlines.stop(new Error('the function is stopping'));
  });
  await within(done, AFTER_GRACE_MS, () => running.cut());
}

/** Waits for a promise, but not longer; then does something else. */
async function within(promise: Promise<unknown>, milliseconds: number, otherwise: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      otherwise();
      resolve();
    }, milliseconds);
  });
  await Promise.race([promise, over]);
  clearTimeout(timer);
}
