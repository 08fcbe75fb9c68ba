/** Structured lines on standard output, as clusters collect them. */
import pino, { type Logger } from 'pino';
import type { LogLevel } from '../config/config.ts';
import type { Scrub } from '../config/scrub.ts';

export type Log = Logger;

export interface LogOptions {
  /** A path or a file descriptor. Default 1, standard output. */
  readonly to?: string | number | undefined;
  /** Text for a person instead of JSON. */
  readonly pretty?: boolean | undefined;
}

/** One JSON object a line; `flush` before the process ends. Written in pieces: a line of its own for each event would cost more than the event. */
export function makeLog(level: LogLevel, name: string, scrub: Scrub, { to = 1, pretty = false }: LogOptions = {}): { log: Log; flush: () => void } {
  const destination = pino.destination({ dest: to, sync: false });
  const log = pino(
    {
      level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: (error: unknown) => described(error, scrub) },
      hooks: { streamWrite: pretty ? (line) => scrub(plain(line)) : scrub },
    },
    destination,
  );
  return {
    log,
    flush: () => {
      try {
        destination.flushSync();
      } catch {
        // nothing was written yet, or nobody reads any longer
      }
    },
  };
}

function described(error: unknown, scrub: Scrub): unknown {
  if (!(error instanceof Error)) return scrub(String(error));
  const { name, message, stack } = error;
  const { code, where } = error as { code?: unknown; where?: unknown };
  return { name, message: scrub(message), ...(code !== undefined && { code }), ...(where !== undefined && { where }), ...(name !== 'ExrError' && stack !== undefined && { stack: scrub(stack) }) };
}

/** `10:20:30.123 warn  event done  shots/a.exr new NOT_EXR: … 12 ms`. */
function plain(line: string): string {
  const { level, time, msg, name: _name, files, error, event, source: _source, type: _type, mode: _mode, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const each = ((files ?? []) as Record<string, unknown>[]).map((file) => `\n    ${String(file['bucket'])}/${String(file['key'])}  ${String(file['outcome'])}  ${String(file['bytes'])} bytes in ${String(file['requests'])}${file['error'] === undefined ? '' : `\n      ${String(file['error'])}`}`);
  const about = Object.entries({ event, ...rest }).filter(([, value]) => value !== undefined).map(([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  return `${String(time).slice(11, 23)} ${String(level).padEnd(5)} ${String(msg)}  ${about.join(' ')}${each.join('')}${error === undefined ? '' : `\n      ${String((error as { message?: string }).message ?? error)}`}\n`;
}
