/** Objects, wherever they are: the one seam between the function and S3, a folder, or a test. */
import type { ByteSource } from '@exr/core';

export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
}

/** What reading an object has cost so far. */
export interface Traffic {
  readonly requests: number;
  readonly bytes: number;
}

/** An object that is being read: all of it one version, or SOURCE_CHANGED. */
export interface OpenObject extends ByteSource {
  /** Of the version that is being read; null before the first read, or where there is none. */
  readonly etag: string | null;
  /** When it was written; null before the first read. */
  readonly mtime: Date | string | null;
  readonly traffic: Traffic;
}

export interface ObjectStore {
  /** For the log: an endpoint or a folder. */
  readonly location: string;
  /** Nothing is read yet. Errors of reading are ExrErrors; `where.status` 404 says that there is no such object. */
  open(place: ObjectPlace): OpenObject;
  close(): Promise<void>;
}
