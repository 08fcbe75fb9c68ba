/** Options of every read: cancellation rethrows `signal.reason`. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Of at least the length that is read, at the start of its ArrayBuffer: a source that hands its buffers over may fill it and return a view of it,
   * instead of a new one. Only for such a source; whoever gives one must not touch it until the read ends, and not at all when the read fails.
   */
  readonly into?: Uint8Array<ArrayBuffer> | undefined;
  /** These bytes are more of a header, which is kept for as long as the file is: who opens many files at a time may let it wait. */
  readonly header?: boolean | undefined;
}

/** Random access to bytes that do not change while they are being read. */
export interface ByteSource {
  /** A path, a URL, s3://bucket/key: for messages. */
  readonly name: string;
  /** True when a buffer that read() returns belongs to the caller alone, who may transfer it to another thread. Absent: it may be shared. */
  readonly handsOver?: boolean;
  /** The length of the whole, where it is known without asking anybody. */
  readonly knownSize?: number | undefined;
  /** The length of the whole, in bytes. */
  size(options?: ReadOptions): Promise<number>;
  /**
   * Exactly `length` bytes from `offset`, or an ExrError: TRUNCATED when the range ends beyond the source, SOURCE_CHANGED when the source is
   * no longer what it was when first read, READ_FAILED otherwise. A source never reuses the buffer it returns (its reader may, where the source hands it over: ReadOptions.into).
   */
  read(offset: number, length: number, options?: ReadOptions): Promise<Uint8Array>;
  /** Releases a handle or connection. Reading after it is a CLOSED error. */
  close?(): Promise<void>;
}
