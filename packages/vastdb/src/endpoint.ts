/** The address of a cluster. */
import { usage } from './errors.ts';

/** @throws {UsageError} for anything but `http(s)://host[:port]` */
export function parseEndpoint(endpoint: string): URL {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    throw usage('endpoint: not a URL; expected http(s)://host[:port]');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw usage(`endpoint: ${url.protocol}// found; expected http:// or https://`);
  }
  if (url.username !== '' || url.password !== '') throw usage('endpoint: no user or password belongs into it');
  if ((url.pathname !== '/' && url.pathname !== '') || url.search !== '' || url.hash !== '') {
    throw usage(`endpoint: a path, query or fragment found after ${url.origin}; expected http(s)://host[:port]`);
  }
  return url;
}

/** Another host of the cluster is spoken to on the endpoint's own port unless it names one. */
export function endpointOf(base: URL, host: string | undefined): { hostname: string; port: string } {
  if (host === undefined) return base;
  const other = new URL(`${base.protocol}//${host}`);
  return { hostname: other.hostname, port: other.port === '' ? base.port : other.port };
}
