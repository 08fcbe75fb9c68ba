import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { embedChannels, embedDescription, embedMetadata, explain, explainDescription, LEAST_LIKE, type EmbeddableReport, type Vocabulary } from '../../embed/index.ts';
import { ExrError } from '../../errors.ts';
import type { ExrReport } from '../../report/index.ts';
import type { FileIdentity } from '../identity.ts';
import type { InspectedFile } from '../rows.ts';
import type { ExportOptions, ExrQuery, ExrRow, KnownFile, Match, PutResult, SimilarQuery, SqlOptions, SqlResult, SqlStore, StoreOptions, StoreSummary, Suspect, SuspectKind, SuspectOptions, StoreFilter } from '../types.ts';
import { exported, exportRows } from './export.ts';
import { existsAsFile, realFile, release, withDatabase, type GateOptions } from './gate.ts';
import { purgeTombstones, suspectsOf } from './maintain.ts';
import { findRows, knownBelow, nearestRows, summarize, vocabularyOf } from './read.ts';
import { storedReports } from './rebuild.ts';
import { runSql, SQL_TEMPORARY } from './sandbox.ts';
import { checkSchema, provision } from './schema.ts';
import type { Session } from './contents.ts';
import { inTransaction } from './transaction.ts';
import { checkTables, lookFromOutside, workInside } from './trust.ts';
import { putAll, removeAll, touchAll } from './write.ts';

type Connection = Parameters<Parameters<typeof withDatabase>[3]>[0];

export interface DuckDbStoreOptions extends GateOptions {
  /** Moments that are written come from here. Default: the clock. */
  readonly now?: () => string;
}

/** How a reader opens the file. */
interface Reading {
  readonly alone?: boolean;
  readonly folder?: string;
  readonly temporary?: string;
}

/**
 * A store in one DuckDB file. Every call is one transaction; the file is kept open only from one write to the next that follows at once, and not while
 * others wait for it (gate.ts), so that several processes share it. Errors: STORE_BUSY when another process keeps it locked too long, UNSUPPORTED_VERSION for a store of a newer exr, READ_FAILED for a damaged
 * file or a full disk (then nothing of the call was written), INVALID_ARGUMENT for a file that is no store. Cancelling throws `signal.reason`.
 */
export class DuckDbStore implements SqlStore {
  readonly location: string;
  private closed = false;
  constructor(file: string, private readonly options: DuckDbStoreOptions = {}) {
    this.location = realFile(file);
  }

  put(files: readonly InspectedFile[], options?: StoreOptions): Promise<PutResult> {
    return this.write(options, (connection, session) => putAll(connection, session, files, this.now()));
  }

  touch(fileIds: readonly string[], options?: StoreOptions): Promise<number> {
    return this.write(options, (connection) => touchAll(connection, fileIds, this.now()));
  }

  remove(locations: readonly Pick<FileIdentity, 'bucket' | 'path' | 'sequencer' | 'observedAt'>[], options?: StoreOptions): Promise<number> {
    return this.write(options, (connection, session) => removeAll(connection, session, locations, this.now()));
  }

  async known(under: { readonly bucket: string | null; readonly path: string } | null, options?: StoreOptions): Promise<KnownFile[]> {
    return existsAsFile(this.location) ? this.read(options, (connection) => knownBelow(connection, under)) : [];
  }

  async suspects(kind: SuspectKind, options?: SuspectOptions): Promise<Suspect[]> {
    return existsAsFile(this.location) ? this.read(options, (connection) => suspectsOf(connection, kind, options?.limit ?? 1000)) : [];
  }

  purge(before: string, options?: StoreOptions & { readonly limit?: number }): Promise<number> {
    return this.write(options, (connection) => purgeTombstones(connection, before, options?.limit ?? 10_000));
  }

  /** The rows are read whole before the first is given out: a slow reader must not keep writers waiting. */
  async *query(query: ExrQuery, options?: StoreOptions): AsyncIterable<ExrRow> {
    yield* await this.read(options, (connection) => findRows(connection, query));
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
    return this.read(options, async (connection) => {
      const nearest = await nearestRows(connection, vector, by, query, limit, exceptId, collapse);
      const reports = await storedReports(connection, nearest.map(({ row }) => row.file_id));
      return nearest.filter(({ similarity }) => similarity >= least).map(({ row, similarity }) => {
        const other: EmbeddableReport = reports.get(row.file_id) ?? { parts: [], channels: [] };
        const reasons = report ? explain(report, other, { by, limit: 6 }) : explainDescription(description!, other, { limit: 6, vocabulary });
        return { row, similarity, together: reasons.together, apart: reasons.apart };
      });
    });
  }

  vocabulary(filter: Pick<StoreFilter, 'within'> = {}, options?: StoreOptions): Promise<Vocabulary> {
    return this.read(options, (connection) => vocabularyOf(connection, filter));
  }

  async sql(statement: string, options: SqlOptions = {}): Promise<SqlResult> {
    return this.read(options, (connection) => runSql(connection, statement, options), { alone: true, temporary: SQL_TEMPORARY });
  }

  export(options: ExportOptions): Promise<number> {
    return exported(options, (folder) => this.read(options, (connection) => exportRows(connection, options, folder), { alone: true, folder }));
  }

  summary(options?: StoreOptions): Promise<StoreSummary> {
    return this.read(options, (connection) => summarize(connection, this.location));
  }

  rest(): Promise<void> {
    return release(this.location);
  }

  async close(): Promise<void> {
    this.closed = true;
    await release(this.location);
  }

  private now(): string {
    return this.options.now?.() ?? new Date().toISOString();
  }

  private checkOpen(): void {
    if (this.closed) throw new ExrError('CLOSED', `${this.location}: the store was closed`, { source: this.location });
  }

  private async write<T>(options: StoreOptions | undefined, work: (connection: Connection, session: Session) => Promise<T>): Promise<T> {
    this.checkOpen();
    await mkdir(dirname(this.location), { recursive: true }).catch((cause: Error) => {
      throw new ExrError('READ_FAILED', `${dirname(this.location)}: the store's folder cannot be made: ${cause.message}`, { source: this.location }, { cause });
    });
    return withDatabase(this.location, 'write', { ...this.options, signal: options?.signal }, async (connection) => {
      const session = await provision(connection, this.location);
      await workInside(connection);
      return inTransaction(connection, () => work(connection, session));
    });
  }

  private async read<T>(options: StoreOptions | undefined, work: (connection: Connection) => Promise<T>, reading: Reading = {}): Promise<T> {
    this.checkOpen();
    if (!existsAsFile(this.location)) throw new ExrError('INVALID_ARGUMENT', `${this.location}: there is no store yet: make one with \`exr index\``, { source: this.location });
    const gate = { ...this.options, signal: options?.signal };
    for (;;) {
      const done = await withDatabase(this.location, 'read', { ...gate, ...reading }, async (connection) => {
        if ((await checkSchema(connection, this.location)).layout !== 'present') return undefined;
        await checkTables(connection, this.location);
        await lookFromOutside(connection);
        return { result: await work(connection) };
      });
      if (done) return done.result;
      // A store as an earlier exr kept it: brought up to date first, once.
      await withDatabase(this.location, 'write', gate, (connection) => provision(connection, this.location));
    }
  }
}
