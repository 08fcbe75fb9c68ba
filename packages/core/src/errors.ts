/**
 * The one error class of exr-inspector. An error is data: what went wrong (`code`), who must act (`kind`), where (`where`), and why (`cause`).
 * This file imports nothing, so that every folder may import it.
 */

/** Which codes belong to which kind: the table of docs/errors.md. */
const KIND_OF = {
  NOT_EXR: 'format',
  BAD_HEADER: 'format',
  MISSING_ATTRIBUTE: 'format',
  BAD_ATTRIBUTE: 'format',
  BAD_OFFSET_TABLE: 'format',
  BAD_CHUNK: 'format',
  CORRUPT_DATA: 'format',
  TRUNCATED: 'format',
  NOT_CONFORMING: 'format',
  UNSUPPORTED_VERSION: 'unsupported',
  UNSUPPORTED_COMPRESSION: 'unsupported',
  UNSUPPORTED_FEATURE: 'unsupported',
  LIMIT_EXCEEDED: 'limit',
  READ_FAILED: 'io',
  RANGE_UNSUPPORTED: 'io',
  SOURCE_CHANGED: 'io',
  STORE_BUSY: 'io',
  WRITE_FAILED: 'io',
  INVALID_ARGUMENT: 'usage',
  CLOSED: 'usage',
} as const;

export type ExrErrorCode = keyof typeof KIND_OF;
/** Who acts: `format` the file, `unsupported` us, `limit` the policy, `io` the world (may be retried), `usage` the caller. */
export type ExrErrorKind = (typeof KIND_OF)[ExrErrorCode];

/** Where it happened. Every field is optional; a message names the same place in words. */
export interface ExrErrorPlace {
  readonly source?: string;
  readonly offset?: number;
  readonly part?: number;
  readonly chunk?: number;
  readonly channel?: string;
  readonly attribute?: string;
  /** The status of the HTTP answer that is the reason: 404 gone, 403 forbidden, 412 another version, 5xx down. Absent where no answer came. */
  readonly status?: number;
  /** The name that an S3 server gives its refusal: NoSuchKey, AccessDenied … */
  readonly serverCode?: string;
  /** For LIMIT_EXCEEDED: the limit's name (an option of the same name raises it), its value, and what the file asked for. */
  readonly limit?: string;
  readonly limitValue?: number;
  readonly requested?: number;
}

const BRAND = Symbol.for('@exr/core/ExrError');

export class ExrError extends Error {
  readonly code: ExrErrorCode;
  readonly kind: ExrErrorKind;
  readonly where: ExrErrorPlace;

  /** `message` says the place, then what was found, then what was expected. */
  constructor(code: ExrErrorCode, message: string, where: ExrErrorPlace = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ExrError';
    this.code = code;
    this.kind = KIND_OF[code];
    this.where = where;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Recognises an ExrError by its brand: `instanceof` breaks when two bundled copies of this file meet. */
export function isExrError(value: unknown, code?: ExrErrorCode): value is ExrError {
  return typeof value === 'object' && value !== null && BRAND in value && (code === undefined || (value as unknown as ExrError).code === code);
}

export function kindOf(code: ExrErrorCode): ExrErrorKind {
  return KIND_OF[code];
}
