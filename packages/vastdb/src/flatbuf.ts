/**
 * Reading FlatBuffers that come from the network: every offset is checked before it is followed.
 * Layout: https://flatbuffers.dev/internals/
 */
import { protocol } from './errors.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** One table of a FlatBuffer. Slots are counted from 0 in schema order; an absent slot reads as its default. */
export class FlatTable {
  readonly #view: DataView;
  readonly #position: number;
  readonly #vtable: number;
  readonly #vtableSize: number;

  private constructor(view: DataView, position: number) {
    this.#view = view;
    this.#position = position;
    this.#vtable = position - i32At(view, position);
    this.#vtableSize = u16At(view, this.#vtable);
    if (this.#vtableSize < 4 || this.#vtable + this.#vtableSize > view.byteLength) {
      throw protocol(`FlatBuffer: a vtable of ${this.#vtableSize} bytes at ${this.#vtable} does not fit`);
    }
  }

  /** The root table of a buffer. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, u32At(view, 0));
  }

  /** Absolute position of a slot's content, or 0 when absent. */
  #slot(index: number): number {
    const entry = 4 + 2 * index;
    if (entry + 2 > this.#vtableSize) return 0;
    const offset = u16At(this.#view, this.#vtable + entry);
    return offset === 0 ? 0 : this.#position + offset;
  }

  has(index: number): boolean {
    return this.#slot(index) !== 0;
  }
  u8(index: number, absent = 0): number {
    const at = this.#slot(index);
    return at === 0 ? absent : guard(() => this.#view.getUint8(at));
  }
  bool(index: number): boolean {
    return this.u8(index) !== 0;
  }
  i8(index: number): number {
    return (this.u8(index) << 24) >> 24;
  }
  i16(index: number, absent = 0): number {
    const at = this.#slot(index);
    return at === 0 ? absent : guard(() => this.#view.getInt16(at, true));
  }
  i32(index: number, absent = 0): number {
    const at = this.#slot(index);
    return at === 0 ? absent : i32At(this.#view, at);
  }
  u32(index: number): number {
    const at = this.#slot(index);
    return at === 0 ? 0 : u32At(this.#view, at);
  }
  i64(index: number): bigint {
    const at = this.#slot(index);
    return at === 0 ? 0n : guard(() => this.#view.getBigInt64(at, true));
  }
  u64(index: number): bigint {
    return BigInt.asUintN(64, this.i64(index));
  }
  f32(index: number): number {
    const at = this.#slot(index);
    return at === 0 ? 0 : guard(() => this.#view.getFloat32(at, true));
  }
  f64(index: number): number {
    const at = this.#slot(index);
    return at === 0 ? 0 : guard(() => this.#view.getFloat64(at, true));
  }

  /** The bytes of a string or `[ubyte]`, or undefined when absent. Strings may hold bytes that are not UTF-8. */
  bytes(index: number): Uint8Array | undefined {
    const at = this.#slot(index);
    if (at === 0) return undefined;
    const start = at + u32At(this.#view, at);
    const length = u32At(this.#view, start);
    if (start + 4 + length > this.#view.byteLength) {
      throw protocol(`FlatBuffer: ${length} bytes at ${start} go beyond the ${this.#view.byteLength} there are`);
    }
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + start + 4, length);
  }
  string(index: number): string | undefined {
    const bytes = this.bytes(index);
    return bytes === undefined ? undefined : guard(() => UTF8.decode(bytes));
  }
  table(index: number): FlatTable | undefined {
    const at = this.#slot(index);
    return at === 0 ? undefined : new FlatTable(this.#view, at + u32At(this.#view, at));
  }
  /** A vector of structs of `size` bytes; absent reads as empty. */
  structs(index: number, size: number): DataView {
    const at = this.#slot(index);
    if (at === 0) return new DataView(new ArrayBuffer(0));
    const start = at + u32At(this.#view, at);
    const length = u32At(this.#view, start) * size;
    if (start + 4 + length > this.#view.byteLength) {
      throw protocol(`FlatBuffer: structs of ${length} bytes at ${start} go beyond the ${this.#view.byteLength} there are`);
    }
    return new DataView(this.#view.buffer, this.#view.byteOffset + start + 4, length);
  }
  /** A vector of tables; absent reads as empty. */
  tables(index: number): FlatTable[] {
    const at = this.#slot(index);
    if (at === 0) return [];
    const start = at + u32At(this.#view, at);
    const length = u32At(this.#view, start);
    if (start + 4 + 4 * length > this.#view.byteLength) {
      throw protocol(`FlatBuffer: a vector of ${length} at ${start} goes beyond the ${this.#view.byteLength} bytes`);
    }
    return Array.from({ length }, (_, i) => {
      const item = start + 4 + 4 * i;
      return new FlatTable(this.#view, item + u32At(this.#view, item));
    });
  }
}

function i32At(view: DataView, at: number): number {
  return guard(() => view.getInt32(at, true));
}
function u32At(view: DataView, at: number): number {
  return guard(() => view.getUint32(at, true));
}
function u16At(view: DataView, at: number): number {
  return guard(() => view.getUint16(at, true));
}

/** DataView and TextDecoder throw on bad input; say what it means here. */
function guard<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw protocol('FlatBuffer: an offset points outside the buffer, or a string is not UTF-8', cause);
  }
}
