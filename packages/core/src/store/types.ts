/** What every store does. contract.spec-util.ts holds the tests that each must pass. */
import type { PartialDescription, SimilarityReason, Vocabulary } from '../embed/index.ts';
import type { ExrReport } from '../report/index.ts';
import type { TableName } from './columns.ts';
import type { FileIdentity, Outcome } from './identity.ts';
import type { InspectedFile } from './rows.ts';

export interface StoreOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PutResult {
  readonly inserted: number;
  readonly replaced: number;
  readonly unchanged: number;
  /** Older versions that arrived late: nothing was written for them. */
  readonly stale: number;
  /** Brought by events that were counted before: nothing was written for them either. */
  readonly repeated: number;
  /** In the order of what was put. */
  readonly outcomes: readonly Outcome[];
}

/** What is known of a file below a folder or prefix: enough to tell without opening it whether it changed. */
export interface KnownFile {
  readonly fileId: string;
  readonly bucket: string | null;
  readonly path: string;
  readonly version: string;
  readonly status: string;
  readonly embeddingVersion: number | null;
  readonly hasStats: boolean;
}

/** `failed`: could not be read, or only in part. `doubled`: two processes left rows of it; putting it again settles that. */
export type SuspectKind = 'failed' | 'doubled';

/** A file that should be looked at again. */
export interface Suspect {
  readonly fileId: string;
  readonly bucket: string | null;
  readonly path: string;
  readonly lastInspected: string | null;
}

export interface SuspectOptions extends StoreOptions {
  /** Most files. Default 1,000. */
  readonly limit?: number;
  /** Stop looking for more after so many milliseconds, with those found until then. */
  readonly withinMs?: number;
}

/** Everything below a folder of the host (`bucket` null) or below a prefix of a bucket; an empty `path` is the whole bucket or host. */
export interface StorePlace {
  readonly bucket: string | null;
  readonly path: string;
}

export interface StoreFilter {
  /** An expression that people type: see where.ts. */
  readonly where?: string | undefined;
  /** A file has a channel whose name fits this pattern (`*` and `?`, case does not matter). All of several must be there. */
  readonly channels?: readonly string[] | undefined;
  /** No channel fits this pattern. */
  readonly missingChannels?: readonly string[] | undefined;
  /** An attribute of this name has this value as text (patterns allowed); without a value: it is there. */
  readonly attributes?: readonly { readonly name: string; readonly value?: string }[] | undefined;
  /** Part of the writing program's name, any case; patterns allowed. */
  readonly software?: string | undefined;
  readonly colorSpace?: string | undefined;
  /** Modified at or after this moment, ISO 8601 in UTC. */
  readonly since?: string | undefined;
  /** Only objects of this bucket. */
  readonly bucket?: string | undefined;
  /** Below this folder or prefix. */
  readonly under?: string | undefined;
  /** Only what lies in one of these places, whatever else is asked for; an empty list allows nothing. For whoever may not see the whole store. */
  readonly within?: readonly StorePlace[] | undefined;
  /** Tombstones too. Default false. */
  readonly deleted?: boolean | undefined;
}

export interface ExrQuery extends StoreFilter {
  /** One row a sequence instead of one a file. */
  readonly collapse?: boolean | undefined;
  /** Default: no limit. */
  readonly limit?: number | undefined;
}

/** A file as `find` shows it, or a sequence of files (then `files` > 1 and path is the pattern). */
export interface ExrRow {
  readonly file_id: string;
  readonly bucket: string | null;
  readonly path: string;
  readonly status: string;
  readonly size_bytes: number;
  readonly mtime: string | null;
  readonly files: number;
  readonly first_frame: number | null;
  readonly last_frame: number | null;
  /** The frames of the files, as ranges (`1001-1010,1015-1021x2`); null for a file that is no frame. */
  readonly frames: string | null;
  /** How many files of the sequence the store knows, whether or not the filter chose them; 1 without a sequence. */
  readonly sequence_files: number;
  /** Frames that are missing among all those that the store knows of the sequence, at its own step; tiles of a texture (UDIM) have no gaps. */
  readonly missing_frames: number;
  /** Null, like every number below, where not all frames have the same: see `mixed`. */
  readonly parts: number | null;
  readonly channels: number | null;
  /** The largest data window. */
  readonly width: number | null;
  readonly height: number | null;
  /** The largest display window: the picture's size. */
  readonly display_width: number | null;
  readonly display_height: number | null;
  /** Of the parts, distinct, joined by commas; `mixed` where not all frames have the same. */
  readonly compression: string | null;
  readonly color_space: string | null;
  readonly software: string | null;
  readonly error: string | null;
  /** Of a sequence: what not all of its frames have in common, with the frames of each value, the most frequent first. */
  readonly mixed?: Readonly<Record<string, readonly MixedValue[]>>;
}

export interface MixedValue {
  readonly value: string | number | null;
  readonly files: number;
  /** As ranges. */
  readonly frames: string;
}

export interface SimilarQuery extends StoreFilter {
  /** Frames like this one, or like this description. */
  readonly to: ExrReport | string | PartialDescription;
  readonly by?: 'metadata' | 'channels' | undefined;
  /** Default 10. */
  readonly limit?: number | undefined;
  /** Do not list this file (the one that was asked about). */
  readonly exceptId?: string | undefined;
  /** One match a sequence. Default true. */
  readonly collapse?: boolean | undefined;
}

export interface Match {
  readonly row: ExrRow;
  /** Cosine, 1 = made the same way. */
  readonly similarity: number;
  readonly together: readonly SimilarityReason[];
  readonly apart: readonly SimilarityReason[];
}

/** What one statement may take and give. */
export interface SqlLimits {
  /** Most rows that are given. */
  rows: number;
  /** Most bytes of all of them, about. */
  bytes: number;
  /** Most characters of one value; a longer one is cut, with its length said. */
  valueLength: number;
  /** Seconds that it may take. */
  seconds: number;
}

export interface SqlOptions extends StoreOptions {
  /** `limits.rows`. */
  readonly maxRows?: number | undefined;
  readonly limits?: { readonly [name in keyof SqlLimits]?: number | undefined } | undefined;
}

export interface SqlResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** JSON values; numbers beyond 2^53 are decimal strings. */
  readonly rows: readonly (readonly unknown[])[];
  /** True when there were more rows than the limits allow. */
  readonly cut: boolean;
  /** Which limit ended it. */
  readonly cutBy: 'rows' | 'bytes' | null;
  /** Values that were longer than one may be. */
  readonly cutValues: number;
}

export interface Count {
  readonly name: string | null;
  readonly files: number;
  readonly bytes: number;
}

/** What the store holds, for `exr report --store`. */
export interface StoreSummary {
  readonly location: string;
  readonly storeVersion: number;
  readonly files: number;
  readonly bytes: number;
  readonly sequences: number;
  readonly byStatus: readonly Count[];
  readonly byCompression: readonly Count[];
  readonly byColorSpace: readonly Count[];
  readonly bySoftware: readonly Count[];
  readonly byResolution: readonly Count[];
  readonly bySize: readonly Count[];
  readonly byMonth: readonly Count[];
  readonly byChannel: readonly Count[];
  readonly byError: readonly Count[];
  readonly byDirectory: readonly Count[];
}

export interface ExportOptions extends StoreOptions {
  readonly format: 'parquet' | 'csv' | 'ndjson';
  readonly table?: TableName;
  readonly filter?: StoreFilter;
  readonly target: string;
  /** CSV with texts as they are: not for spreadsheets (text/csv.ts). Default false. */
  readonly csvRaw?: boolean | undefined;
}

/** Where inspected files are remembered. Idempotent by file id: putting the same inspection twice changes nothing but when it was last seen. */
export interface ExrStore {
  /** For messages: a path, vast://bucket/schema. */
  readonly location: string;
  /** All or nothing: one transaction. */
  put(files: readonly InspectedFile[], options?: StoreOptions): Promise<PutResult>;
  /** The files were looked at and had not changed: last_inspected and inspection_count move. Returns how many are known. */
  touch(fileIds: readonly string[], options?: StoreOptions): Promise<number>;
  /** Tombstones for files that are gone; returns how many were there. Idempotent. */
  remove(locations: readonly Pick<FileIdentity, 'bucket' | 'path' | 'sequencer' | 'observedAt'>[], options?: StoreOptions): Promise<number>;
  /** Everything known below a folder or prefix, tombstones left out. */
  known(under: { readonly bucket: string | null; readonly path: string } | null, options?: StoreOptions): Promise<KnownFile[]>;
  /** Files that should be looked at again; of the failed ones those first that were looked at longest ago. */
  suspects(kind: SuspectKind, options?: SuspectOptions): Promise<Suspect[]>;
  /** Forgets tombstones from before a moment (ISO 8601 in UTC), at most `limit` (default 10,000); returns how many. An event that comes even later than that is taken for new. */
  purge(before: string, options?: StoreOptions & { readonly limit?: number }): Promise<number>;
  query(query: ExrQuery, options?: StoreOptions): AsyncIterable<ExrRow>;
  similar(query: SimilarQuery, options?: StoreOptions): Promise<Match[]>;
  /** Names of programs and, where that is cheap, of layers of the files that lie within these places: what a description may use. */
  vocabulary(filter?: Pick<StoreFilter, 'within'>, options?: StoreOptions): Promise<Vocabulary>;
  /** Gives back the memory that is kept between writes; the next one takes it again. Absent where nothing is kept. */
  rest?(): Promise<void>;
  close(): Promise<void>;
}

/** What a store with SQL inside can do besides. */
export interface SqlStore extends ExrStore {
  /** One SELECT, or EXPLAIN of one, in a locked-down connection. @throws {ExrError} INVALID_ARGUMENT for what is not allowed, LIMIT_EXCEEDED beyond time or memory */
  sql(statement: string, options?: SqlOptions): Promise<SqlResult>;
  /** Returns the number of rows written. */
  export(options: ExportOptions): Promise<number>;
  summary(options?: StoreOptions): Promise<StoreSummary>;
}

export function isSqlStore(store: ExrStore): store is SqlStore {
  return 'sql' in store;
}
