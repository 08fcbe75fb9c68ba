/** The rule of statuses: what will be the same next time is recorded and done (204), what may be better next time is for the platform to try again (500). */
import { isExrError, type ExrError } from '@exr/core';

/**
 * `gone`: no such object. `changed`: overwritten while it was read. `permanent`: reading it again gives the same. `transient`: the world's fault, or nobody
 * knows whose.
 */
export type ReadVerdict = 'gone' | 'changed' | 'permanent' | 'transient';

/** Refusals of a server that are about the key as such. */
const ABOUT_THE_KEY = new Set(['KeyTooLongError', 'KeyTooLong', 'InvalidObjectName', 'InvalidURI', 'InvalidBucketName']);

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
  return serverCode !== undefined && ABOUT_THE_KEY.has(serverCode) ? 'permanent' : 'transient';
}
