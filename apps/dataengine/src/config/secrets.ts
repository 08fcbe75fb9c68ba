/** Secrets that the platform mounts as files, `<root>/<name>/<key>`: read once, before anything starts. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A key of a cluster or a password is short; a file that is longer is something else. */
const MOST_BYTES = 64 * 1024;

export interface Secrets {
  /** Variable → value, as an environment has it. */
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

/**
 * The variables that the secrets stand for. A file `S3_ACCESS_KEY`, `s3-access-key` or `s3.access.key` of any secret is S3_ACCESS_KEY; a file `access_key` of a
 * secret called `s3` too. Names that Kubernetes makes for itself (`..data`) are left out; a newline at the end is no part of a value. Two secrets that say
 * different things under one name are a problem: which of them is meant cannot be told. No folder, no secrets.
 */
export function readSecrets(root: string, known: ReadonlySet<string>): Secrets {
  const values: Record<string, string> = {};
  const from: Record<string, string> = {};
  const problems: string[] = [];
  for (const secret of entries(root)) {
    if (!isFolder(join(root, secret))) continue;
    for (const key of entries(join(root, secret))) {
      const path = join(root, secret, key);
      const name = [variableOf(key), `${variableOf(secret)}_${variableOf(key)}`].find((each) => known.has(each));
      if (name === undefined || isFolder(path)) continue;
      const value = readValue(path, problems);
      if (value === undefined) continue;
      if (values[name] !== undefined && values[name] !== value) problems.push(`the secrets ${from[name]} and ${secret}/${key} say different things about ${name}: leave one`);
      else {
        values[name] = value;
        from[name] = `${secret}/${key}`;
      }
    }
  }
  return { values, problems };
}

const variableOf = (name: string): string => name.toUpperCase().replace(/[-. ]/g, '_');

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('..')).sort();
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function readValue(path: string, problems: string[]): string | undefined {
  try {
    if (statSync(path).size > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`);
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    problems.push(`the secret ${path} cannot be read: ${(error as Error).message}`);
    return undefined;
  }
}
