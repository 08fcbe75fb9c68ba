/** What a cluster can do, by its version (SDK features.py). */
import { UnsupportedServerError } from './errors.ts';

const PATTERN = /^vast (\d+)\.(\d+)\.(\d+)\.(\d+)$/;

/** Things that came with a version. */
export type Feature = 'row ids' | 'sorted tables' | 'time zones' | 'vector indexes';
const SINCE: Readonly<Record<Feature, readonly [number, number]>> = {
  'row ids': [5, 1],
  'sorted tables': [5, 3],
  'time zones': [5, 4],
  'vector indexes': [5, 5],
};

/** A cluster's version; unknown when the server did not say and was not asked to. */
export class Features {
  readonly version: readonly [number, number, number, number] | undefined;
  /** The kind of row id of vector-indexed tables: see `ConnectOptions.vectorRowIds`. */
  readonly vectorRowIds: 'decimal128' | 'uint64';

  /** @param server the `Server` response header */
  constructor(server: string | undefined, vectorRowIds: 'decimal128' | 'uint64' = 'decimal128') {
    this.vectorRowIds = vectorRowIds;
    const match = PATTERN.exec(server ?? '');
    this.version = match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3]), Number(match[4])];
  }

  /** `5.5.0.100`, or `unknown`. */
  get text(): string {
    return this.version?.join('.') ?? 'unknown';
  }

  /** Whether the cluster has it; an unknown version is given the benefit of the doubt. */
  has(feature: Feature): boolean {
    const [major, minor] = SINCE[feature];
    const [a, b] = this.version ?? [Infinity, 0];
    return a > major || (a === major && b >= minor);
  }

  /** @throws {UnsupportedServerError} */
  require(feature: Feature): void {
    if (this.has(feature)) return;
    throw new UnsupportedServerError(`${feature}: the cluster is ${this.text}; expected ${SINCE[feature].join('.')} or newer`, {
      code: 'UNSUPPORTED_BY_VERSION',
    });
  }
}
