/**
 * What came over HTTP as CloudEvents 1.0: binary, structured or batched. Events are the library's; taking a message apart is done here, because its own way of
 * doing so makes up an id where there is none, refuses a whole batch for one event, and costs a fifth of the event's time in errors that it prepares.
 */
import { CloudEvent } from 'cloudevents';

export type Mode = 'binary' | 'structured' | 'batch';
export type Headers = Readonly<Record<string, string | string[] | undefined>>;
export type Incoming = CloudEvent<unknown>;

/** Not a CloudEvent. The platform is told so with 500, as its own runtime does. */
export class MalformedEvent extends Error {
  override readonly name = 'MalformedEvent';
}

export interface Message {
  readonly mode: Mode;
  /** In a batch one event that is malformed says nothing about the others. */
  readonly events: readonly (Incoming | MalformedEvent)[];
}

const STRUCTURED = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';
/** Without these an event is none. */
const REQUIRED = ['id', 'source', 'type', 'specversion'] as const;

/** @throws {MalformedEvent} for a message that holds no event, or more than `most` */
export function eventsOf(headers: Headers, body: Buffer, most: number): Message {
  const type = mediaType(headers);
  if (type.startsWith(BATCH)) {
    const batch = jsonOf(body);
    if (!Array.isArray(batch)) throw new MalformedEvent('the body is no JSON array, which a batch of CloudEvents is');
    if (batch.length > most) throw new MalformedEvent(`a batch of ${batch.length} events, expected at most ${most}`);
    return { mode: 'batch', events: batch.map((each) => attempt(() => structured(each))) };
  }
  if (type.startsWith(STRUCTURED)) return { mode: 'structured', events: [structured(jsonOf(body))] };
  return { mode: 'binary', events: [binary(headers, type, body)] };
}

function structured(json: unknown): Incoming {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new MalformedEvent('a structured CloudEvent is a JSON object');
  checkRequired((name) => (json as Record<string, unknown>)[name]);
  return made(withData(json as Record<string, unknown>));
}

/** `data_base64` (CloudEvents 1.0, JSON format, 3.1) as what it stands for: JSON where it is that, else text. */
function withData({ data_base64: base64, ...event }: Record<string, unknown>): Record<string, unknown> {
  if (base64 === undefined || base64 === null) return event;
  if (event['data'] !== undefined && event['data'] !== null) throw new MalformedEvent('a CloudEvent with data and data_base64, expected one of them');
  if (typeof base64 !== 'string' || !isBase64(base64)) throw new MalformedEvent('data_base64 is no Base64');
  const bytes = Buffer.from(base64, 'base64');
  const type = typeof event['datacontenttype'] === 'string' ? event['datacontenttype'].split(';')[0]!.trim().toLowerCase() : '';
  const json = isJsonType(type) || (!type.startsWith('text/') && looksLikeJson(bytes) && parses(bytes));
  return { ...event, data: bytes.length === 0 ? undefined : json ? jsonOf(bytes) : bytes.toString('utf8') };
}

/** RFC 4648 with its padding; Buffer takes anything. */
function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

const isJsonType = (type: string): boolean => /[/+]json$/.test(type);

function parses(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

function binary(headers: Headers, type: string, body: Buffer): Incoming {
  if (headers['ce-id'] === undefined && headers['ce-type'] === undefined) {
    throw new MalformedEvent(`no CloudEvent: neither ce- headers nor a content type of ${STRUCTURED} or ${BATCH}`);
  }
  checkRequired((name) => headers[`ce-${name}`]);
  const json = type === '' ? looksLikeJson(body) : isJsonType(type);
  const attributes: Record<string, unknown> = {};
  for (const name in headers) if (name.startsWith('ce-')) attributes[name.slice(3)] = headers[name];
  return made({ ...attributes, ...(type !== '' && { datacontenttype: type }), data: body.length === 0 ? undefined : json ? jsonOf(body) : body.toString('utf8') });
}

/** Not strict: a name or value that the specification does not like is no reason to leave a file uninspected. */
function made(event: Record<string, unknown>): Incoming {
  try {
    return new CloudEvent<unknown>(event as never, false);
  } catch (error) {
    throw new MalformedEvent(`no CloudEvent: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
}

function checkRequired(value: (name: string) => unknown): void {
  const missing = REQUIRED.filter((name) => typeof value(name) !== 'string' || value(name) === '');
  if (missing.length > 0) throw new MalformedEvent(`a CloudEvent without ${missing.join(', ')}`);
  if (value('specversion') !== '1.0') throw new MalformedEvent(`CloudEvents ${String(value('specversion')).slice(0, 20)}, expected 1.0`);
}

function attempt(read: () => Incoming): Incoming | MalformedEvent {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedEvent) return error;
    throw error;
  }
}

/** Without its parameters: the library compares whole texts. */
function mediaType(headers: Headers): string {
  const value = headers['content-type'];
  return (typeof value === 'string' ? value : '').split(';')[0]!.trim().toLowerCase();
}

const looksLikeJson = (body: Buffer): boolean => /^\s*[[{]/.test(body.toString('latin1', 0, 64));

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new MalformedEvent(`the body is no JSON: ${(error as Error).message}`, { cause: error });
  }
}
