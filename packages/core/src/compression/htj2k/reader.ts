import { corrupt } from './errors.ts';

/** Big-endian numbers from `position` up to `end` of `bytes`; reading behind the end is CORRUPT_DATA. */
export class BigEndianReader {
  constructor(readonly bytes: Uint8Array, public position: number, readonly end: number) {}

  get left(): number {
    return this.end - this.position;
  }

  u8(): number {
    if (this.position >= this.end) throw corrupt(`data ends at byte ${this.end}, expected more`);
    return this.bytes[this.position++]!;
  }

  u16(): number {
    return this.u8() * 0x100 + this.u8();
  }

  u32(): number {
    return this.u16() * 0x10000 + this.u16();
  }

  skip(length: number, what: string): void {
    if (length > this.left) throw corrupt(`${what} at byte ${this.position} needs ${length} bytes, ${this.left} are left`);
    this.position += length;
  }

  /** A reader of the next `length` bytes, which this one skips. */
  take(length: number, what: string): BigEndianReader {
    const start = this.position;
    this.skip(length, what);
    return new BigEndianReader(this.bytes, start, start + length);
  }
}
