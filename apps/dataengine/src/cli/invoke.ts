import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CloudEvent, HTTP } from 'cloudevents';
import type { Env } from '../config/config.ts';
import { SAMPLES, type SampleEvent } from '../event/samples.ts';
import { splitPath } from '../event/subject.ts';
import { UsageError } from './cli.ts';

type Mode = 'binary' | 'structured' | 'batch';

interface Answer {
  readonly status: number;
  readonly outcome: string | null;
  readonly body: string;
  readonly milliseconds: number;
}

export async function invoke(args: readonly string[], env: Env): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args], allowPositionals: true,
    options: {
      url: { type: 'string' }, bucket: { type: 'string' }, event: { type: 'string', default: 'created' }, mode: { type: 'string', default: 'binary' }, file: { type: 'string' }, id: { type: 'string' },
      etag: { type: 'string' }, sequencer: { type: 'string' }, json: { type: 'boolean' },
    },
  });
  const mode = values.mode as Mode;
  if (!['binary', 'structured', 'batch'].includes(mode)) throw new UsageError(`--mode ${values.mode}: expected binary, structured or batch`);
  const events = values.file === undefined ? samples(values, positionals, env) : eventsIn(values.file);
  const url = values.url ?? 'http://127.0.0.1:8080';
  let code = 0;
  for (const [about, message] of messages(events, mode)) {
    const answer = await post(url, message);
    if (answer === null) {
      process.stderr.write(`exr-function: nobody answers at ${url}: is \`exr-function serve\` running?\n`);
      return 3;
    }
    if (answer.status >= 300) code = 1;
    process.stdout.write(values.json ? `${JSON.stringify({ about, ...answer })}\n` : line(about, answer));
  }
  return code;
}

interface Values {
  readonly event: string;
  readonly bucket?: string;
  readonly id?: string;
  readonly etag?: string;
  readonly sequencer?: string;
}

function samples({ event, bucket, id, etag, sequencer }: Values, keys: readonly string[], env: Env): SampleEvent[] {
  const sample = SAMPLES[event];
  if (sample === undefined) throw new UsageError(`--event ${event}: expected one of ${Object.keys(SAMPLES).join(', ')}`);
  if (keys.length === 0 && event !== 'schedule') throw new UsageError('no key: say which object the event is about, as in `exr-function invoke shots/a.exr --bucket renders`');
  const places = event === 'schedule' && keys.length === 0 ? [{ bucket: '', key: '' }] : keys.map((key) => placeOf(key, bucket ?? env['EXR_BUCKET']));
  const time = new Date().toISOString();
  return places.map((place, i) => sample.make({ ...place, time, id: id === undefined ? randomUUID().replaceAll('-', '') : i === 0 ? id : `${id}-${i + 1}`, ...(etag !== undefined && { etag }), ...(sequencer !== undefined && { sequencer }) }));
}

function placeOf(key: string, bucket: string | undefined): { bucket: string; key: string } {
  const whole = key.startsWith('s3://') ? splitPath(key.slice(5)) : null;
  if (whole) return whole;
  if (bucket === undefined) throw new UsageError(`${key}: in which bucket? Give --bucket, or write s3://bucket/${key}`);
  return { bucket, key };
}

function eventsIn(path: string): SampleEvent[] {
  try {
    const json = JSON.parse(readFileSync(path === '-' ? 0 : path, 'utf8')) as SampleEvent | SampleEvent[];
    return Array.isArray(json) ? json : [json];
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

type Message = { readonly headers: Record<string, string>; readonly body: string };

function messages(events: readonly SampleEvent[], mode: Mode): [string, Message][] {
  const about = (event: SampleEvent): string => `${String(event['type'])} ${String(event['elementpath'] ?? (event['data'] as { path?: string } | undefined)?.path ?? event['id'])}`;
  if (mode === 'batch') return [[`batch of ${events.length}`, { headers: { 'content-type': 'application/cloudevents-batch+json' }, body: JSON.stringify(events) }]];
  return events.map((event) => {
    if (mode === 'structured') return [about(event), { headers: { 'content-type': 'application/cloudevents+json' }, body: JSON.stringify(event) }];
    const { headers, body } = HTTP.binary(new CloudEvent(event as never, false));
    // Percent-encoded where HTTP would not let it pass (CloudEvents HTTP binding, 3.1.3.2).
    const encoded = Object.entries(headers as Record<string, unknown>).map(([name, value]) => [name, String(value).replace(/[^\x21-\x7e]|["%]/gu, encodeURIComponent)]);
    return [about(event), { headers: { ...Object.fromEntries(encoded), 'content-type': 'application/json' }, body: String(body) }];
  });
}

async function post(url: string, { headers, body }: Message): Promise<Answer | null> {
  const begin = performance.now();
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', headers, body });
  } catch (error) {
    if (error instanceof TypeError && error.message.includes('URL')) throw new UsageError(`--url ${url}: expected http://host:port`, { cause: error });
    return null;
  }
  return { status: response.status, outcome: response.headers.get('exr-outcome'), body: (await response.text()).trim(), milliseconds: Math.round(performance.now() - begin) };
}

function line(about: string, { status, outcome, body, milliseconds }: Answer): string {
  return `${status}  ${(outcome ?? '').padEnd(20)} ${String(milliseconds).padStart(5)} ms  ${about}${body === '' ? '' : `\n     ${body.replaceAll('\n', '\n     ')}`}\n`;
}
