/** Names and the URLs made of them. */
import { usage } from './errors.ts';

const SEGMENT = /^[A-Za-z0-9_.-]{1,255}$/;

/**
 * Refuses a bucket, schema or table name that the official client cannot sign either: it quotes a path twice, so only
 * letters, digits, `_`, `.` and `-` are safe (protocol.md, section 1).
 */
export function checkName(name: string, what: string): string {
  if (!SEGMENT.test(name) || name === '.' || name === '..') {
    throw usage(`${what} ${JSON.stringify(name)}: a name has 1 to 255 letters, digits, "_", "." or "-"`);
  }
  return name;
}

/** A schema may be nested: `a/b`. */
export function checkSchemaPath(path: string): string {
  for (const segment of path.split('/')) checkName(segment, 'schema');
  return path;
}

/** `command&key=value…` with the parameters sorted by key, as the SDK writes it. */
export function queryString(command: string, params: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.keys(params)
    .sort()
    .map((key) => `${key}=${encodeURIComponent(params[key] ?? '')}`);
  return [command, ...pairs].filter((part) => part !== '').join('&');
}
