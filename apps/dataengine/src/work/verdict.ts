/** The rule of statuses: what will be the same next time is recorded and done (204), what may be better next time is for the platform to try again (500). */
import { isExrError, type ExrError } from '@exr/core';

/**
 * `gone`: no such object. `changed`: overwritten while it was read. `permanent`: reading it again gives the same. `transient`: the world's fault, or nobody
 * knows whose. `doubtful`: the request was refused as such (400): the key's fault when the server takes another key.
 */
export type ReadVerdict = 'gone' | 'changed' | 'permanent' | 'transient' | 'doubtful';

/** Refusals of a server that are about the key as such. */
const ABOUT_THE_KEY = new Set(['KeyTooLongError', 'KeyTooLong', 'InvalidObjectName', 'InvalidURI', 'InvalidBucketName', 'XMinioInvalidObjectName', 'XMinioInvalidResourceName']);
/** Refusals with 400 that are about who asks, or when. */
const ABOUT_US = new Set(['ExpiredToken', 'InvalidToken', 'AuthorizationHeaderMalformed', 'RequestTimeout', 'RequestTimeTooSkewed', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'IllegalLocationConstraintException', 'TokenRefreshRequired', 'AuthorizationQueryParametersError']);

/** Longest key of S3, bytes in UTF-8. */
const MOST_KEY = 1024;

/** Why there can be no object of such a name, whatever is asked; null when there can be one. */
export function keyProblem(key: string): string | null {
  if (!(key as string & { isWellFormed(): boolean }).isWellFormed()) return 'the key holds half of a surrogate pair, which UTF-8 cannot say';
  if (key.includes('\0')) return 'the key holds a NUL';
  const bytes = Buffer.byteLength(key);
  return bytes > MOST_KEY ? `the key has ${bytes} bytes, keys of objects have at most ${MOST_KEY}` : null;
}

/** What an error of reading an object says. A bucket that is not there is transient: an event came from it, so the endpoint is likelier to be the wrong one. */
export function verdictOnRead(error: unknown): ReadVerdict {
  if (!isExrError(error)) return 'transient';
  if (error.kind === 'io') return verdictOnWorld(error);
  return error.code === 'CLOSED' ? 'transient' : 'permanent';
}

function verdictOnWorld({ code, where: { status, serverCode } }: ExrError): ReadVerdict {
  if (code === 'SOURCE_CHANGED' || status === 412 || status === 416) return 'changed';
  if (serverCode === 'NoSuchBucket') return 'transient';
  if (status === 404 || status === 410) return 'gone';
  if (status === 414 || (serverCode !== undefined && ABOUT_THE_KEY.has(serverCode))) return 'permanent';
  return status === 400 && !(serverCode !== undefined && ABOUT_US.has(serverCode)) ? 'doubtful' : 'transient';
}
