/**
 * The frames of a QueryData response: multiplexed Arrow messages, one message a frame, frames of several subsplits
 * interleaved (SDK _internal.py _iter_query_data_response_columns; Java BaseQueryDataResponseParser).
 *
 *   u32 streamId            0xFFFFFFFF keep-alive · 0xFFFFFFFE completed · 0xFFFFFFFD failed (u64 code, u32 0)
 *   u64 nextRowId           else: the position of this subsplit after the page
 *   one encapsulated Arrow IPC message: FFFFFFFF | i32 metadata length | metadata | body
 */
import { protocol } from './errors.ts';
import { FlatTable } from './flatbuf.ts';

/** A subsplit that has nothing left reports this as its next row id: 2^48 - 1. */
export const END_OF_ROWS = 281474976710655n;
export const KEEP_ALIVE = 0xffffffff;
export const COMPLETED = 0xfffffffe;
export const FAILED = 0xfffffffd;

/** What an Arrow message is. */
export type MessageKind = 'schema' | 'batch' | 'end';

export type Frame =
  | { readonly type: 'message'; readonly stream: number; readonly nextRowId: bigint; readonly kind: MessageKind; readonly bytes: Uint8Array }
  | { readonly type: 'completed' }
  | { readonly type: 'failed'; readonly code: bigint };

/** Limits on what one message may claim. A page holds at most a few hundred thousand rows of one column. */
export interface FrameLimits {
  /** Bytes of a message's metadata. Default 1 MiB. */
  readonly maxMetadataBytes?: number;
  /** Bytes of a message's body. Default 1 GiB. */
  readonly maxBodyBytes?: number;
}

/** Cuts a byte stream into frames, whatever the pieces it arrives in. */
export class FrameReader {
  #chunks: Uint8Array[] = [];
  #length = 0;
  #finished = false;
  /** Bytes of the frame at the front once they are known, so that small pieces do not make the work quadratic. */
  #wanted = 4;
  readonly #maxMetadata: number;
  readonly #maxBody: number;

  constructor(limits: FrameLimits = {}) {
    this.#maxMetadata = limits.maxMetadataBytes ?? 1 << 20;
    this.#maxBody = limits.maxBodyBytes ?? 2 ** 30;
  }

  /** Takes a piece; it must not be changed afterwards. What follows a completed or failed frame is dropped. */
  push(piece: Uint8Array): void {
    if (this.#finished || piece.byteLength === 0) return;
    // As a plain Uint8Array: the slice() of a Buffer is no copy.
    this.#chunks.push(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength));
    this.#length += piece.byteLength;
  }

  /** The next frame, or undefined until more bytes are pushed. Keep-alives are passed over. */
  next(): Frame | undefined {
    for (;;) {
      if (this.#finished || this.#length < this.#wanted) return undefined;
      const view = this.#front(this.#wanted);
      const stream = view.getUint32(0, true);
      if (stream === KEEP_ALIVE) {
        this.#take(4);
        continue;
      }
      if (stream === COMPLETED) return this.#finish({ type: 'completed' });
      if (stream === FAILED) {
        if (!this.#need(12)) return undefined;
        return this.#finish({ type: 'failed', code: this.#front(12).getBigUint64(4, true) });
      }
      if (!this.#need(20)) return undefined;
      const size = this.#messageSize(stream);
      if (size === undefined) return undefined;
      const head = this.#front(20);
      const nextRowId = head.getBigUint64(4, true);
      const { kind, total } = size;
      const frame = this.#take(total);
      return { type: 'message', stream, nextRowId, kind, bytes: frame.slice(12) };
    }
  }

  /** Whether the stream may end here: nothing is left of a frame begun. */
  get atBoundary(): boolean {
    return this.#finished || this.#length === 0;
  }

  #finish(frame: Frame): Frame {
    this.#finished = true;
    this.#chunks = [];
    this.#length = 0;
    return frame;
  }

  #need(bytes: number): boolean {
    this.#wanted = Math.max(this.#wanted, bytes);
    return this.#length >= bytes;
  }

  /** Kind and frame size of the data frame at the front; undefined while its metadata is not all there. */
  #messageSize(stream: number): { kind: MessageKind; total: number } | undefined {
    const head = this.#front(20);
    const mark = head.getUint32(12, true);
    const metadataLength = head.getInt32(16, true);
    if (mark !== 0xffffffff) {
      throw protocol(`stream ${stream}: 0x${mark.toString(16)} found where an Arrow message begins with 0xffffffff`);
    }
    if (metadataLength === 0) return { kind: 'end', total: 20 };
    if (metadataLength < 0 || metadataLength > this.#maxMetadata) {
      throw protocol(`stream ${stream}: Arrow metadata of ${metadataLength} bytes; at most ${this.#maxMetadata} expected`);
    }
    if (!this.#need(20 + metadataLength)) return undefined;
    const front = this.#front(20 + metadataLength);
    const message = FlatTable.root(new Uint8Array(front.buffer, front.byteOffset + 20, metadataLength));
    const header = message.u8(1);
    const kind = header === 1 ? 'schema' : header === 3 ? 'batch' : undefined;
    if (kind === undefined) throw protocol(`stream ${stream}: Arrow message type ${header}; expected 1 or 3`);
    const body = message.i64(3);
    if (body < 0n || body > BigInt(this.#maxBody)) {
      throw protocol(`stream ${stream}: an Arrow body of ${body} bytes; at most ${this.#maxBody} expected`);
    }
    const total = 20 + metadataLength + Number(body);
    return this.#need(total) ? { kind, total } : undefined;
  }

  /** The first `bytes` of what is buffered, contiguous. */
  #front(bytes: number): DataView {
    let first = this.#chunks[0];
    if (first === undefined || first.byteLength < bytes) {
      first = concat(this.#chunks, this.#length);
      this.#chunks = [first];
    }
    return new DataView(first.buffer, first.byteOffset, bytes);
  }

  #take(bytes: number): Uint8Array {
    this.#front(bytes);
    const first = this.#chunks[0] ?? new Uint8Array();
    if (first.byteLength === bytes) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(bytes);
    this.#length -= bytes;
    this.#wanted = 4;
    return first.subarray(0, bytes);
  }
}

function concat(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}
