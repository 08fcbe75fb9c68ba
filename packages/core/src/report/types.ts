/**
 * The report: the one object from which CLI JSON, MCP structured content, the editor and the rows of the store are derived. Keys are snake_case.
 *
 * Habits, the same everywhere:
 * - a key that always applies but has no value is `null`; a section that was not asked for (`stats`, `structure`, `validation`, `embedding`) is absent;
 * - NaN and the infinities are the strings "NaN", "Infinity", "-Infinity"; integers beyond 2^53 are decimal strings; bytes are `JsonBytes`;
 * - the same file gives the same report, whatever the thread count, the machine or the day.
 *
 * The published JSON Schema is schema/report.schema.json; report/schema.test.ts holds the two together.
 */
import type { ExrErrorCode, ExrErrorKind } from '../errors.ts';
import type { NoteCode } from '../notes.ts';

export const REPORT_SCHEMA_VERSION = 1;

/** A number, or the JSON spelling of one that JSON has no number for. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';
/** An integer; beyond 2^53 in magnitude a decimal string. */
export type JsonInteger = number | string;
/** Bytes; `data` is cut off above a limit and then `truncated` is there. `length` is always the true one. */
export interface JsonBytes {
  readonly encoding: 'base64';
  readonly length: number;
  readonly data: string;
  readonly truncated?: true;
  /** Where the bytes are text that is not valid UTF-8 or was cut: the text or its beginning, with U+FFFD for what could not be read. */
  readonly text?: string;
}
/** Any value as it stands in the JSON. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonBytes | { readonly [key: string]: JsonValue | undefined };

/** Inclusive on both ends, in pixel space. */
export interface ReportBox {
  readonly x_min: number;
  readonly y_min: number;
  readonly x_max: number;
  readonly y_max: number;
}

export interface ReportTool {
  readonly name: string;
  readonly version: string;
}

export interface ReportFile {
  readonly path: string;
  readonly size_bytes: number;
  /** ISO 8601 in UTC, null where the source has none (memory, a URL without Last-Modified). */
  readonly mtime: string | null;
  /** Null when the file has no readable version field; so are the three after it. */
  readonly exr_version: number | null;
  readonly part_count: number;
  readonly is_multipart: boolean;
  /** True when any part is deep. */
  readonly is_deep: boolean;
  /** From the file's name: the last 3 to 8 digits before the extension, null when there are none. May be negative. */
  readonly frame_number: number | null;
  /** Bytes from the start of the file to the end of the last header, null when the header could not be read to its end. */
  readonly header_bytes: number | null;
  /** sha256 of those bytes, lower-case hex. */
  readonly header_hash: string | null;
}

/** What a part says of its colours: each attribute that speaks of them, in the order in which they are believed. */
export interface ReportColor {
  /** The one that is believed; null when none says anything. */
  readonly source: ReportColorSource['source'] | null;
  readonly sources: readonly ReportColorSource[];
  /** None of the others contradicts it. */
  readonly agree: boolean;
}

export interface ReportColorSource {
  readonly source: 'acesImageContainerFlag' | 'colorInteropID' | 'chromaticities' | 'oiio:ColorSpace';
  /** As it is written; null of chromaticities, which are among the attributes. */
  readonly written: string | null;
  /** The interop id of the space that it means, null when it is none that is known. */
  readonly space: string | null;
  /** Why it says nothing, in words (chromaticities of zeros); null when it does. */
  readonly useless: string | null;
}

/** One attribute, lossless but for bytes beyond the limit of `JsonBytes`. */
export interface ReportAttribute {
  readonly name: string;
  /** The type's name as written in the file. */
  readonly type: string;
  /** Bytes of the value in the file. */
  readonly size: number;
  readonly value: JsonValue;
}

export type ReportPartType = 'scanlineimage' | 'tiledimage' | 'deepscanline' | 'deeptile';

export interface ReportPart {
  readonly index: number;
  readonly name: string | null;
  readonly type: ReportPartType;
  readonly view: string | null;
  /** Of the data window, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly data_window: ReportBox;
  readonly display_window: ReportBox;
  readonly pixel_aspect_ratio: JsonNumber;
  readonly line_order: string;
  /** `none` … `zstd`, or `unknown N` where nobody knows the file's number. */
  readonly compression: string;
  readonly tile_width: number | null;
  readonly tile_height: number | null;
  readonly level_mode: string | null;
  readonly rounding_mode: string | null;
  /** Levels stored, 1 for a scan line part. A ripmap's is across times down. */
  readonly level_count: number;
  readonly is_deep: boolean;
  /** Chunks that the geometry of the part asks for, null when that cannot be told. The attribute of the same name is among the attributes. */
  readonly chunk_count: number | null;
  /** The colour space by name (see color/sources.ts for the precedence), null when nothing says. */
  readonly color_space: string | null;
  /** Where that comes from; absent in reports of earlier versions. */
  readonly color?: ReportColor;
  /** Which program wrote it, null when nothing says. */
  readonly software: string | null;
  /** Readable beside the raw attributes: "01:02:03:04" (";" before the frames of drop-frame time), null without a timeCode. */
  readonly timecode: string | null;
  /** Frames a second as a number ("23.976…"), null without framesPerSecond. */
  readonly frame_rate: JsonNumber | null;
  /** Every attribute, in file order. */
  readonly attributes: readonly ReportAttribute[];
}

export interface ReportChannel {
  readonly part_index: number;
  readonly name: string;
  /** Text before the last period (without the view of a multiView name), "" for the base layer. */
  readonly layer: string;
  /** Text after the last period. */
  readonly component: string;
  readonly view: string | null;
  readonly type: 'uint' | 'half' | 'float';
  readonly x_sampling: number;
  readonly y_sampling: number;
  readonly p_linear: boolean;
}

/** Over the finite values of level (0,0), in float64; `stddev` is the population's. Null when nothing is finite. */
export interface ReportChannelStats {
  readonly name: string;
  /** All values, finite or not; the samples of a deep channel. */
  readonly count: number;
  readonly nan: number;
  readonly pos_inf: number;
  readonly neg_inf: number;
  readonly zero: number;
  readonly negative: number;
  readonly min: JsonNumber | null;
  readonly max: JsonNumber | null;
  readonly mean: JsonNumber | null;
  readonly stddev: JsonNumber | null;
  readonly p01: JsonNumber | null;
  readonly p50: JsonNumber | null;
  readonly p99: JsonNumber | null;
  /** Further numbers that a reader of the statistics may ask for (histogram, places of the first non-finite values …). */
  readonly [key: string]: unknown;
}

export interface ReportDeepStats {
  readonly total_samples: JsonInteger;
  readonly max_samples: number;
  readonly empty_pixels: number;
  readonly [key: string]: unknown;
}

/** A chunk that could not be decoded, with the code that says why. */
export interface ReportSkippedChunk {
  readonly chunk: number;
  readonly code: ExrErrorCode;
  readonly message?: string;
}

export interface ReportPartStats {
  readonly index: number;
  /** True when some chunks are missing or could not be decoded. */
  readonly partial: boolean;
  readonly skipped: readonly ReportSkippedChunk[];
  /** How many were skipped, when the list above had to be cut. */
  readonly skipped_count?: number;
  readonly channels: readonly ReportChannelStats[];
  readonly deep?: ReportDeepStats;
}

export interface ReportStats {
  readonly parts: readonly ReportPartStats[];
}

/** Scan lines that are not in the file; inclusive, adjacent ranges joined. */
export interface ReportMissingLines {
  readonly y_min: number;
  readonly y_max: number;
}

/** A rectangle of tile coordinates of one level, inclusive. */
export interface ReportMissingTiles extends ReportBox {
  readonly level: readonly [number, number];
}

export interface ReportPartStructure {
  readonly index: number;
  readonly chunks: number;
  readonly present: number;
  readonly complete: boolean;
  readonly missing_lines: readonly ReportMissingLines[];
  readonly missing_tiles: readonly ReportMissingTiles[];
  /** Levels [x, y] that a writer promised and never wrote while level 0 is whole; absent where there are none. */
  readonly unwritten_levels?: readonly (readonly [number, number])[];
  readonly [key: string]: unknown;
}

export interface ReportStructure {
  readonly parts: readonly ReportPartStructure[];
  readonly [key: string]: unknown;
}

export interface ReportFinding {
  readonly rule: string;
  readonly severity: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly where: { readonly [key: string]: JsonValue | undefined };
  readonly expected?: JsonValue;
  readonly actual?: JsonValue;
  readonly fix?: JsonValue;
  readonly [key: string]: unknown;
}

export interface ReportValidation {
  readonly policy: string;
  readonly status: 'pass' | 'warn' | 'fail';
  readonly findings: readonly ReportFinding[];
  readonly [key: string]: unknown;
}

export interface ReportEmbedding {
  readonly version: number;
  readonly metadata: readonly number[];
  readonly channels: readonly number[];
  readonly [key: string]: unknown;
}

export interface ReportError {
  readonly code: ExrErrorCode;
  readonly kind: ExrErrorKind;
  readonly message: string;
  readonly where: { readonly [key: string]: JsonValue | undefined };
}

/** Worth knowing, and no fault that keeps a reader from opening the file: changes neither verdict nor exit code. */
export interface ReportNote {
  readonly code: NoteCode;
  readonly message: string;
  readonly where: { readonly [key: string]: JsonValue | undefined };
}

export interface ExrReport {
  readonly schema_version: typeof REPORT_SCHEMA_VERSION;
  readonly tool: ReportTool;
  readonly file: ReportFile;
  readonly parts: readonly ReportPart[];
  readonly channels: readonly ReportChannel[];
  /** The first part's attributes by name: the short form that people script against. */
  readonly attributes: { readonly [name: string]: JsonValue };
  readonly stats?: ReportStats;
  readonly structure?: ReportStructure;
  readonly validation?: ReportValidation;
  readonly embedding?: ReportEmbedding;
  readonly errors: readonly ReportError[];
  readonly notes: readonly ReportNote[];
}
