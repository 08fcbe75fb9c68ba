/** Output events: what comes out of the function goes to K_SINK as a CloudEvent in binary mode. */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { wellFormed } from '@exr/core/store';
import { CloudEvent, HTTP } from 'cloudevents';
import type { SinkConfig } from '../config/config.ts';
import type { Incoming } from '../event/incoming.ts';

export class SinkError extends Error {
  override readonly name = 'SinkError';
}

export interface Sink {
  /** @param json the data. @throws {SinkError} when it did not take the event; `signal.reason` when cancelled */
  send(input: Incoming, json: string, traceparent: string | null, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** @param onSent told of each try: the class of its status ("2xx"), or "error" */
export function httpSink({ url, overrides }: SinkConfig, functionName: string, onSent: (status: string, milliseconds: number) => void): Sink {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const post = (headers: Record<string, string>, body: string, fresh: boolean, signal: AbortSignal): Promise<number> =>
    new Promise((resolve, reject) => {
      const outgoing = (secure ? httpsRequest : httpRequest)(target, { method: 'POST', agent: fresh ? false : agent, signal, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode ?? 0)).once('error', reject);
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  return {
    async send(input, json, traceparent, signal) {
      const { headers, body } = message(outputEvent(input, json, functionName, traceparent, overrides));
      for (let attempt = 0; ; attempt++) {
        const begin = performance.now();
        try {
          const status = await post(headers, body, attempt > 0, signal);
          onSent(`${Math.floor(status / 100)}xx`, performance.now() - begin);
          if (status >= 200 && status < 300) return;
          throw new SinkError(`the sink answered ${status}`);
        } catch (error) {
          signal.throwIfAborted();
          if (error instanceof SinkError) throw error;
          onSent('error', performance.now() - begin);
          // A kept connection may have been closed at the other end just now, and others with it: once more, on one of its own.
          if (attempt === 0 && /ECONNRESET|EPIPE/.test(String((error as NodeJS.ErrnoException).code))) continue;
          throw new SinkError(`the sink cannot be reached: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`, { cause: error });
        }
      }
    },
    close: () => agent.destroy(),
  };
}

/** As the platform's own runtime makes it: the input's id, `vastdata.com:Function` from `vastdata.com:<function>`; then K_CE_OVERRIDES. */
export function outputEvent(input: Incoming, json: string, functionName: string, traceparent: string | null, { extensions, attributes }: SinkConfig['overrides']): CloudEvent<unknown> {
  const { partitionkey } = input as { partitionkey?: unknown };
  return new CloudEvent<unknown>({
    specversion: '1.0', id: input.id, type: 'vastdata.com:Function', source: `vastdata.com:${functionName}`, ...(input.subject && { subject: input.subject }), time: new Date().toISOString(), datacontenttype: 'application/json',
    ...(typeof partitionkey === 'string' && partitionkey !== '' && { partitionkey }), ...(traceparent !== null && { traceparent }), ...attributes, ...extensions, data: json,
  });
}

/** Header values are percent-encoded where HTTP would not let them pass as they are (CloudEvents HTTP binding, 3.1.3.2). */
function message(event: CloudEvent<unknown>): { headers: Record<string, string>; body: string } {
  const { headers, body } = HTTP.binary(event);
  const encoded = Object.entries(headers as Record<string, unknown>).map(([name, value]) => [name, name.startsWith('ce-') ? headerText(String(value)) : String(value)]);
  return { headers: Object.fromEntries(encoded) as Record<string, string>, body: String(body) };
}

const headerText = (value: string): string => wellFormed(value).replace(/[^\x21-\x7e]|["%]/gu, encodeURIComponent);
