import { ExrError, type ExrErrorCode, type ExrErrorPlace } from '../errors.ts';

/** What a ByteReader says in its errors: whose bytes these are and where they stand in the file. */
export interface ByteReaderPlace {
  /** Leads the message: "beauty.exr: part 0, attribute \"preview\"". */
  readonly label?: string;
  /** Offset in the file of the first byte. */
  readonly offset?: number;
  readonly where?: ExrErrorPlace;
  /** The code of reading beyond the end. Default TRUNCATED. */
  readonly code?: ExrErrorCode;
}

/**
 * A cursor over bytes, little-endian as everything in an OpenEXR file. Reading beyond the end is an ExrError that names the place; nothing is
 * ever read as zero. 64-bit numbers come as numbers when they fit (|n| ≤ 2^53 - 1), else as an error, or through the bigint methods.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  position: number;
  readonly #view: DataView;
  readonly #place: ByteReaderPlace;

  constructor(bytes: Uint8Array, place: ByteReaderPlace = {}) {
    this.bytes = bytes;
    this.position = 0;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#place = place;
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** An unsigned 64-bit number as a number; more than 2^53 - 1 is an error. */
  u64AsNumber(): number {
    const at = this.#take(8);
    const high = this.#view.getUint32(at + 4, true);
    if (high > 0x1fffff) {
      this.position = at;
      throw this.error(`${this.#view.getBigUint64(at, true)} is more than this program can count to (2^53 - 1)`, 'LIMIT_EXCEEDED');
    }
    return high * 2 ** 32 + this.#view.getUint32(at, true);
  }

  f32(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** The next `length` bytes, as a view. */
  take(length: number): Uint8Array {
    const at = this.#take(length);
    return this.bytes.subarray(at, at + length);
  }

  skip(length: number): void {
    this.#take(length);
  }

  /** The bytes before the next zero byte, which is passed over; at most `most` of them. */
  zeroTerminated(most: number): Uint8Array {
    const end = this.bytes.indexOf(0, this.position);
    const length = (end < 0 ? this.bytes.length : end) - this.position;
    if (length > most) throw this.error(`no zero byte within ${most} bytes`, this.#place.code ?? 'BAD_HEADER');
    if (end < 0) throw this.#short(length + 1);
    const found = this.bytes.subarray(this.position, end);
    this.position = end + 1;
    return found;
  }

  /** An error at the current position, for what the caller found wrong. */
  error(found: string, code: ExrErrorCode): ExrError {
    const offset = (this.#place.offset ?? 0) + this.position;
    const label = this.#place.label === undefined ? '' : `${this.#place.label}: `;
    return new ExrError(code, `${label}at offset ${offset}: ${found}`, { ...this.#place.where, offset });
  }

  #take(length: number): number {
    const at = this.position;
    if (!(length >= 0) || length > this.bytes.length - at) throw this.#short(length);
    this.position = at + length;
    return at;
  }

  #short(length: number): ExrError {
    return this.error(`${this.remaining} bytes are left, expected at least ${length}`, this.#place.code ?? 'TRUNCATED');
  }
}
