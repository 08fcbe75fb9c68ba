import type { Database, Transaction } from '@exr/vastdb';
import { embedChannels, embedDescription, embedMetadata, explain, explainDescription, LEAST_LIKE, type EmbeddableReport, type Vocabulary } from '../../embed/index.ts';
import { ExrError } from '../../errors.ts';
import type { ExrReport } from '../../report/index.ts';
import { fileIdOf, type FileIdentity } from '../identity.ts';
import type { InspectedFile } from '../rows.ts';
import type { ExrQuery, ExrRow, ExrStore, KnownFile, Match, PutResult, SimilarQuery, StoreOptions, Suspect, SuspectKind, SuspectOptions, StoreFilter } from '../types.ts';
import { connectTo, reading, storeError, type ConnectionOptions } from './client.ts';
import { vastLocation, type VastTarget } from './location.ts';
import { serialised } from './locks.ts';
import { doublesOf, failuresOf, purgeTombstones } from './maintain.ts';
import { findRows, knownBelow, singleRows, storedReports, vocabularyOf } from './read.ts';
import { hasConditions } from '../filter-sql.ts';
import { nearestHere, nearestThere, type Near, type Nearest } from './similar.ts';
import { findTables, provisionTables, type StoreTables } from './tables.ts';
import { isThere, putAll, removeAll, settleRaces, touchAll, type OwnRows, type Written } from './write.ts';

export interface VastStoreOptions extends ConnectionOptions {
  /** Moments that are written come from here. Default: the clock. */
  readonly now?: (() => string) | undefined;
  /** Rank `similar` in the cluster's query engine where it has one (experimental); what it cannot answer is ranked here. Default false. */
  readonly queryEngine?: boolean | undefined;
}

/**
 * A store in VAST DataBase: the same tables and rows as in DuckDB. Many processes may write at once. Connects at the first call and keeps its connections
 * until `close`; makes its tables at the first write. Errors: STORE_BUSY when others keep changing the same rows or the cluster is overloaded, READ_FAILED
 * when it cannot be reached, INVALID_ARGUMENT for wrong keys, a missing bucket or a schema that is no store, UNSUPPORTED_VERSION for a store of a newer exr
 * or a cluster before 5.1. Cancelling throws `signal.reason`.
 */
export class VastStore implements ExrStore {
  readonly location: string;
  private closed = false;
  private connection: Promise<Database> | undefined;
  private provisioned: Promise<StoreTables> | undefined;
  private found: Promise<StoreTables | undefined> | undefined;

  constructor(private readonly target: VastTarget, private readonly options: VastStoreOptions = {}) {
    this.location = vastLocation(target);
  }

  put(files: readonly InspectedFile[], options?: StoreOptions): Promise<PutResult> {
    return this.write(options, files.map(({ identity }) => fileIdOf(identity)), (tx, tables) => putAll(tx, tables, files, this.now()));
  }

  touch(fileIds: readonly string[], options?: StoreOptions): Promise<number> {
    return this.write(options, fileIds, (tx, tables) => touchAll(tx, tables, fileIds, this.now()));
  }

  remove(locations: readonly Pick<FileIdentity, 'bucket' | 'path' | 'sequencer' | 'observedAt'>[], options?: StoreOptions): Promise<number> {
    return this.write(options, locations.map(fileIdOf), (tx, tables) => removeAll(tx, tables, locations, this.now()));
  }

  async known(under: { readonly bucket: string | null; readonly path: string } | null, options?: StoreOptions): Promise<KnownFile[]> {
    return this.told(options, async (database) => {
      const tables = await this.existing(database, options?.signal);
      return tables === undefined ? [] : reading(database, options?.signal, (tx) => knownBelow(tx, tables, under));
    });
  }

  async suspects(kind: SuspectKind, { limit = 1000, withinMs = Infinity, signal }: SuspectOptions = {}): Promise<Suspect[]> {
    const begin = Date.now();
    return this.told({ signal }, async (database) => {
      const tables = await this.existing(database, signal);
      if (tables === undefined) return [];
      // Begins anywhere: who is stopped each time still comes round in the end.
      return reading(database, signal, (tx) => (kind === 'failed' ? failuresOf(tx, tables, limit) : doublesOf(tx, tables, limit, Math.floor(Math.random() * 256), () => Date.now() - begin < withinMs)));
    });
  }

  purge(before: string, options?: StoreOptions & { readonly limit?: number }): Promise<number> {
    return this.write(options, [], async (tx, tables) => ({ result: await purgeTombstones(tx, tables, before, options?.limit ?? 10_000), proof: undefined, fresh: new Map() }));
  }

  /** Rows are put in order before the first is given out. */
  async *query(query: ExrQuery, options?: StoreOptions): AsyncIterable<ExrRow> {
    yield* await this.read(options, (tx, tables) => findRows(tx, tables, query));
  }

  async similar(query: SimilarQuery, options?: StoreOptions): Promise<Match[]> {
    const { to, by = 'metadata', limit = 10, exceptId, collapse = true } = query;
    const isReport = typeof to === 'object' && 'parts' in to && Array.isArray(to.parts);
    const description = isReport ? undefined : (to as string);
    const report = isReport ? (to as ExrReport) : undefined;
    const vocabulary = report ? undefined : await this.vocabulary({ within: query.within }, options);
    const wanted = report ? null : embedDescription(description!, vocabulary);
    if (wanted?.empty) return [];
    const vector = wanted ? wanted[by] : by === 'metadata' ? embedMetadata(report!) : embedChannels(report!);
    const least = report ? LEAST_LIKE.file : LEAST_LIKE.description;
    const asked: Nearest = { vector, by, limit, collapse, exceptId, filter: query };
    const there = await this.askEngine(asked, options);
    return this.read(options, async (tx, tables) => {
      const nearest = there ?? (await nearestHere(tx, tables, asked));
      const ids = new Set(nearest.map(({ fileId }) => fileId));
      const rows = await singleRows(tx, tables, ids);
      const reports = await storedReports(tx, tables, ids);
      return nearest.filter(({ fileId, similarity }) => similarity >= least && rows.has(fileId)).map(({ fileId, similarity }) => {
        const other: EmbeddableReport = reports.get(fileId) ?? { parts: [], channels: [] };
        const reasons = report ? explain(report, other, { by, limit: 6 }) : explainDescription(description!, other, { limit: 6, vocabulary });
        return { row: rows.get(fileId)!, similarity, together: reasons.together, apart: reasons.apart };
      });
    });
  }

  vocabulary(filter: Pick<StoreFilter, 'within'> = {}, options?: StoreOptions): Promise<Vocabulary> {
    return this.read(options, (tx, tables) => vocabularyOf(tx, tables, filter));
  }

  async close(): Promise<void> {
    this.closed = true;
    const connection = this.connection;
    this.connection = undefined;
    await connection?.then((database) => database.close(), () => undefined);
  }

  private now(): string {
    return this.options.now?.() ?? new Date().toISOString();
  }

  /** Undefined: rank here. An engine that is not there, or answers otherwise than expected, is no error. */
  private async askEngine(asked: Nearest, options: StoreOptions | undefined): Promise<readonly Near[] | undefined> {
    if (this.options.queryEngine !== true || hasConditions(asked.filter) || asked.filter.deleted) return undefined;
    return this.told(options, async (database) => {
      try {
        return (await this.existing(database, options?.signal)) && (await nearestThere(database, this.target, asked, options?.signal));
      } catch {
        options?.signal?.throwIfAborted();
        return undefined;
      }
    });
  }

  /** One transaction, alone in this process with these files; then a look at whether another process inserted the same ones. */
  private async write<T>(options: StoreOptions | undefined, ids: readonly string[], work: (tx: Transaction, tables: StoreTables) => Promise<Written<T>>): Promise<T> {
    const { signal } = options ?? {};
    return this.told(options, (database) => serialised(ids.map((id) => `${this.target.endpoint} ${this.location} ${id}`), signal, async () => {
      const tables = await this.provision(database);
      signal?.throwIfAborted();
      let last: Written<T> | undefined;
      const written = await database.transaction(async (tx) => (last = await work(tx, tables)), {
        ...this.retrying(signal),
        resolveCommit: () => (last?.proof === undefined ? true : reading(database, undefined, (tx) => isThere(tx, tables, last!.proof!))),
      });
      await this.settle(database, tables, written.fresh);
      return written.result;
    }));
  }

  /** What was committed is committed: if this fails, the doubles are hidden from readers and settled by whoever writes the file next. */
  private async settle(database: Database, tables: StoreTables, fresh: ReadonlyMap<string, OwnRows>): Promise<void> {
    if (fresh.size === 0) return;
    try {
      await database.transaction((tx) => settleRaces(tx, tables, fresh), { ...this.retrying(undefined), resolveCommit: () => false });
    } catch (error) {
      this.options.onRetry?.(error as Error, 0);
    }
  }

  private retrying(signal: AbortSignal | undefined): { signal?: AbortSignal; onRetry?: (error: Error, attempt: number) => void } {
    return { ...(signal === undefined ? {} : { signal }), ...(this.options.onRetry === undefined ? {} : { onRetry: this.options.onRetry }) };
  }

  private read<T>(options: StoreOptions | undefined, work: (tx: Transaction, tables: StoreTables) => Promise<T>): Promise<T> {
    return this.told(options, async (database) => {
      const tables = await this.existing(database, options?.signal);
      if (tables === undefined) throw new ExrError('INVALID_ARGUMENT', `${this.location}: there is no store yet: make one with \`exr index\``, { source: this.location });
      return reading(database, options?.signal, (tx) => work(tx, tables));
    });
  }

  /** Connected, and with the client's errors told as ours. */
  private async told<T>(options: StoreOptions | undefined, work: (database: Database) => Promise<T>): Promise<T> {
    if (this.closed) throw new ExrError('CLOSED', `${this.location}: the store was closed`, { source: this.location });
    options?.signal?.throwIfAborted();
    try {
      return await work(await this.database());
    } catch (error) {
      options?.signal?.throwIfAborted();
      throw storeError(this.location, error);
    }
  }

  private database(): Promise<Database> {
    return (this.connection ??= kept(connectTo(this.target, this.options), () => (this.connection = undefined)));
  }

  /** Once a process; what failed is tried again by the next call. Not cancelled with the call that happens to come first: others wait for it too. */
  private provision(database: Database): Promise<StoreTables> {
    return (this.provisioned ??= kept(provisionTables(database, this.target), () => (this.provisioned = undefined)));
  }

  /** A store that is not there may be made by another process meanwhile: only what was found is remembered. */
  private async existing(database: Database, signal: AbortSignal | undefined): Promise<StoreTables | undefined> {
    if (this.provisioned) return this.provisioned;
    this.found ??= kept(findTables(database, this.target, signal), () => (this.found = undefined));
    const tables = await this.found;
    if (tables === undefined) this.found = undefined;
    return tables;
  }
}

function kept<T>(promise: Promise<T>, forget: () => void): Promise<T> {
  promise.catch(forget);
  return promise;
}
