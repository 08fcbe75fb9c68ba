/** What a client named, opened: a file of a folder or an object of a bucket. */
import type { ByteSource } from '@exr/core';

export interface OpenSource extends ByteSource {
  readonly mtime: Date | null;
  close(): Promise<void>;
}

export interface Opened {
  readonly source: OpenSource;
  /** How answers call it; safe to show. */
  readonly shown: string;
  /** Where the store has it. */
  readonly location: { readonly bucket: string | null; readonly path: string };
  /** The object's ETag; null for a file. */
  readonly etag: string | null;
  /** Another text when the file is another: belongs into cursors. */
  readonly version: string;
  /** It is there as a whole or not at all, never half written. */
  readonly whole: boolean;
}
