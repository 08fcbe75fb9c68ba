/** Stands between the function and a real S3 server, and lets things happen at the right moment. Signatures stay valid: the Host that was signed is passed on. */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What to do before the nth request (from 1) for a path is passed on; `true`: it was answered, do not pass it on. */
export type Meddle = (nth: number, response: ServerResponse, path: string) => boolean | Promise<boolean>;

export class S3Proxy {
  /** Paths asked for, in order. */
  readonly asked: string[] = [];
  meddle: Meddle = () => false;
  private constructor(private readonly server: Server, readonly url: string) {}

  static async start(endpoint: string): Promise<S3Proxy> {
    const { hostname, port } = new URL(endpoint);
    const server = createServer((incoming, response) => void forward(incoming, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new S3Proxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    async function forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
      const path = incoming.url!;
      proxy.asked.push(path);
      if (await proxy.meddle(proxy.asked.filter((each) => each === path).length, response, path)) return;
      const outgoing = request({ hostname, port, path, method: incoming.method, headers: incoming.headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      outgoing.on('error', () => response.destroy());
      incoming.pipe(outgoing);
    }
    return proxy;
  }

  /** Nothing asked, nothing meddled with. */
  reset(): void {
    this.asked.length = 0;
    this.meddle = () => false;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
