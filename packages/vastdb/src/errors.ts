/**
 * What can go wrong, as classes. Every class carries a `code`; errors that came from a server also carry its HTTP
 * status and request id. Messages name the operation, never a header: no key and no signature gets into a log.
 *
 * Status → class follows the official SDK (vastdb/errors.py, from_response).
 */

const BRAND = Symbol.for('vastdb.error');

/** Where an error happened and what the server said about it. */
export interface ErrorDetails {
  /** The server's `<Code>`, or this package's own word, e.g. `COMMIT_UNKNOWN`. */
  readonly code: string;
  /** HTTP status, when a response was received. */
  readonly status?: number | undefined;
  /** Method, path and command: `PUT /bucket/schema/table?rows`. */
  readonly operation?: string | undefined;
  /** The server's `<RequestId>`. */
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** The base of all errors of this package, except a cancellation, which rethrows the signal's own reason. */
export class VastError extends Error {
  readonly [BRAND] = true;
  readonly code: string;
  readonly status: number | undefined;
  readonly operation: string | undefined;
  readonly requestId: string | undefined;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code;
    this.status = details.status;
    this.operation = details.operation;
    this.requestId = details.requestId;
  }
}

/** True for any error of this package, also one from another copy of it. */
export function isVastError(error: unknown): error is VastError {
  return typeof error === 'object' && error !== null && BRAND in error;
}

/** The server answered with a status that is not a success. */
export class ServerError extends VastError {}
/** 400: the request itself is wrong. */
export class BadRequestError extends ServerError {}
/** 400 with `TabularUnsupportedColumnType`: the cluster has no such column type. */
export class UnsupportedColumnTypeError extends BadRequestError {}
/** 403: unknown key, wrong signature, or no permission. */
export class ForbiddenError extends ServerError {}
/** 404: no such bucket, schema, table, column or transaction. */
export class NotFoundError extends ServerError {}
/** 405. */
export class MethodNotAllowedError extends ServerError {}
/** 408: the server gave up waiting. */
export class RequestTimeoutError extends ServerError {}
/** 409: another transaction came first, or the thing exists already. Run the whole transaction again. */
export class ConflictError extends ServerError {}
/** 500. */
export class InternalServerError extends ServerError {}
/** 501: the server does not do that. */
export class NotImplementedByServerError extends ServerError {}
/** 503. */
export class ServiceUnavailableError extends ServerError {}
/** 503 with `SlowDown`, still so after all retries. */
export class SlowDownError extends ServiceUnavailableError {}
/** 507: the cluster is full. */
export class InsufficientCapacityError extends ServerError {}

/** The connection failed, broke or stayed silent too long. What the server did with the request is not known. */
export class ConnectionError extends VastError {}
/** The server did not answer within the time allowed. */
export class TimeoutError extends ConnectionError {}
/** The answer is not what the protocol says; nothing was made of it. */
export class ProtocolError extends VastError {}
/** The server ended a query with its failure frame. */
export class QueryFailedError extends VastError {}
/**
 * The connection was lost between sending a commit and learning its outcome: the transaction may be committed or not.
 * Look at the data before doing anything again.
 */
export class CommitUnknownError extends VastError {
  /** The transaction, for the cluster's owner to look up. */
  readonly txid: bigint;
  constructor(message: string, txid: bigint, details: Omit<ErrorDetails, 'code'>) {
    super(message, { ...details, code: 'COMMIT_UNKNOWN' });
    this.txid = txid;
  }
}
/** The caller asked for something this package will not send. */
export class UsageError extends VastError {}
/** A predicate that the wire cannot say: see predicates.ts for what it can. */
export class UnsupportedPredicateError extends UsageError {}
/** A value above the 128 KiB that a cell may hold. */
export class CellTooLargeError extends UsageError {
  constructor(message: string, readonly column: string, readonly row: number, readonly bytes: number) {
    super(message, { code: 'CELL_TOO_LARGE' });
  }
}
/** The cluster is too old, or not VAST at all. */
export class UnsupportedServerError extends VastError {}

/** A short way to a usage error. */
export function usage(message: string, code = 'INVALID_ARGUMENT'): UsageError {
  return new UsageError(message, { code });
}

/** A short way to a protocol error. */
export function protocol(message: string, cause?: unknown): ProtocolError {
  return new ProtocolError(message, { code: 'PROTOCOL', cause });
}

const BY_STATUS: ReadonlyMap<number, new (message: string, details: ErrorDetails) => ServerError> = new Map([
  [400, BadRequestError],
  [403, ForbiddenError],
  [404, NotFoundError],
  [405, MethodNotAllowedError],
  [408, RequestTimeoutError],
  [409, ConflictError],
  [500, InternalServerError],
  [501, NotImplementedByServerError],
  [503, ServiceUnavailableError],
  [507, InsufficientCapacityError],
]);

/**
 * The error for a response, from its status and S3-style XML body.
 * @param body at most a few kilobytes are looked at; a HEAD reply has none, so SlowDown is not seen there (as in the SDK)
 */
export function errorFromResponse(status: number, body: string, operation: string): ServerError {
  const code = xmlText(body, 'Code');
  const said = xmlText(body, 'Message');
  const requestId = xmlText(body, 'RequestId');
  let type = BY_STATUS.get(status) ?? ServerError;
  if (status === 503 && code === 'SlowDown') type = SlowDownError;
  if (status === 400 && code === 'TabularUnsupportedColumnType') type = UnsupportedColumnTypeError;
  const what = code === undefined ? `HTTP ${status}` : `HTTP ${status} ${code}`;
  return new type(`${operation}: ${what}${said === undefined ? '' : `: ${said}`}`, {
    code: code ?? `HTTP_${status}`,
    status,
    operation,
    requestId,
  });
}

/** The text of the first `<tag>`: an S3 error document has no nesting worth a parser. */
function xmlText(xml: string, tag: string): string | undefined {
  const found = new RegExp(`<${tag}>([^<]{0,2000})</${tag}>`).exec(xml)?.[1];
  return found
    ?.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => XML_ENTITIES[name] ?? '')
    .replace(/\p{Cc}+/gu, ' ');
}

const XML_ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
