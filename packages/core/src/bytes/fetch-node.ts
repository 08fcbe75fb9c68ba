/** A fetch for Node where the global one falls short: certificates of a site's own, and paths sent as they are. */
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface NodeFetchOptions {
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined;
  /** Connections to one host at a time; requests beyond wait. Default 64. */
  readonly maxConnections?: number | undefined;
}

export type NodeFetch = typeof fetch & { readonly exactPaths: true; /** Closes idle connections; the process ends without it too. */ close(): void };

/**
 * Keeps connections alive and uses the one used last, so that few stay open. A body is bytes or text; redirects are answers like others. Paths go out
 * as they stand in the URL's text, "..", "%2e" and all.
 */
export function nodeFetch(options: NodeFetchOptions = {}): NodeFetch {
  const common = { keepAlive: true, maxSockets: options.maxConnections ?? 64, scheduling: 'lifo' as const };
  const http = new HttpAgent(common);
  const https = new HttpsAgent({ ...common, ...(options.ca !== undefined && { ca: options.ca as string }) });
  const send = (input: unknown, init: RequestInit = {}): Promise<Response> =>
    new Promise((resolve, reject) => {
      const signal = init.signal ?? undefined;
      if (signal?.aborted) return reject(signal.reason as Error);
      const [, origin = '', path = ''] = /^(https?:\/\/[^/?#]+)([^#]*)/i.exec(String(input)) ?? [];
      const url = new URL(origin);
      const secure = url.protocol === 'https:';
      const outgoing = (secure ? httpsRequest : httpRequest)({
        method: init.method ?? 'GET', hostname: url.hostname.replace(/^\[|\]$/g, ''), port: url.port, path: path === '' || path.startsWith('?') ? `/${path}` : path, agent: secure ? https : http,
        headers: { 'accept-encoding': 'identity', ...Object.fromEntries(new Headers(init.headers)) },
      });
      const abort = (): void => void outgoing.destroy(signal?.reason as Error);
      signal?.addEventListener('abort', abort, { once: true });
      const done = (): void => signal?.removeEventListener('abort', abort);
      outgoing.on('error', (error) => {
        done();
        reject(signal?.aborted ? (signal.reason as Error) : error);
      });
      outgoing.once('response', (message) => {
        message.once('close', done);
        const status = message.statusCode ?? 0;
        const empty = status === 204 || status === 304;
        if (empty) message.resume();
        const headers = new Headers();
        for (let i = 0; i < message.rawHeaders.length; i += 2) headers.append(message.rawHeaders[i]!, message.rawHeaders[i + 1]!);
        resolve(new Response(empty ? null : bodyOf(message, signal), { status, headers }));
      });
      outgoing.end(init.body as Uint8Array | string | undefined);
    });
  return Object.assign(send as typeof fetch, {
    exactPaths: true as const,
    close: () => {
      http.destroy();
      https.destroy();
    },
  });
}

/** Pieces as they come; nobody reading holds the sender back. Node's own Readable.toWeb costs about as much as the whole request. */
function bodyOf(message: IncomingMessage, signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let ended = false;
        message.on('data', (piece: Buffer) => {
          controller.enqueue(piece);
          if ((controller.desiredSize ?? 0) <= 0) message.pause();
        });
        message.once('end', () => {
          ended = true;
          controller.close();
        });
        const fail = (error: unknown): void => {
          if (ended) return;
          ended = true;
          controller.error(signal?.aborted ? signal.reason : error);
        };
        message.once('error', fail);
        message.once('close', () => fail(new Error('the connection was closed within the answer')));
      },
      pull: () => void message.resume(),
      cancel: () => void message.destroy(),
    },
    { highWaterMark: 4 },
  );
}
