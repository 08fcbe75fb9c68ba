import { describe, expect, it } from 'vitest';
import { ByteReader } from './index.ts';

describe('ByteReader', () => {
  it('reads little-endian numbers one after the other', () => {
    const view = new DataView(new ArrayBuffer(43));
    view.setUint8(0, 200);
    view.setUint16(1, 50_000, true);
    view.setInt32(3, -5, true);
    view.setUint32(7, 4_000_000_000, true);
    view.setBigInt64(11, -(2n ** 40n), true);
    view.setBigUint64(19, 2n ** 53n - 1n, true);
    view.setFloat32(27, 0.5, true);
    view.setFloat64(31, Math.PI, true);
    const reader = new ByteReader(new Uint8Array(view.buffer));
    expect([reader.u8(), reader.u16(), reader.i32(), reader.u32(), reader.i64(), reader.u64AsNumber(), reader.f32(), reader.f64()]).toEqual([
      200, 50_000, -5, 4_000_000_000, -(2n ** 40n), 2 ** 53 - 1, 0.5, Math.PI,
    ]);
    expect(reader.remaining).toBe(4);
    expect(reader.take(3)).toHaveLength(3);
    reader.skip(1);
    expect(reader.remaining).toBe(0);
  });

  it('reads the view that it is given, not the buffer around it', () => {
    const reader = new ByteReader(Uint8Array.of(9, 9, 1, 0, 0, 0, 9).subarray(2, 6));
    expect(reader.u32()).toBe(1);
    expect(() => reader.u8()).toThrow();
  });

  it('says where the bytes end', () => {
    const reader = new ByteReader(new Uint8Array(6), { label: 'x.exr: part 1, chunk 2', offset: 1000, where: { part: 1, chunk: 2 } });
    reader.u32();
    expect(() => reader.u32()).toThrow('x.exr: part 1, chunk 2: at offset 1004: 2 bytes are left, expected at least 4');
    try {
      reader.u32();
    } catch (error) {
      expect(error).toMatchObject({ code: 'TRUNCATED', where: { part: 1, chunk: 2, offset: 1004 } });
    }
    expect(reader.u16()).toBe(0);
    expect(() => reader.take(-1)).toThrow();
    expect(() => reader.take(Number.NaN)).toThrow();
  });

  it('refuses a 64-bit number that a double does not hold', () => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, 2n ** 53n, true);
    const reader = new ByteReader(new Uint8Array(view.buffer));
    expect(() => reader.u64AsNumber()).toThrow('9007199254740992 is more than');
    expect(reader.u64()).toBe(2n ** 53n);
  });

  it('reads text up to its zero byte, within bounds', () => {
    const reader = new ByteReader(Uint8Array.of(65, 66, 0, 67));
    expect([...reader.zeroTerminated(10)]).toEqual([65, 66]);
    expect(() => reader.zeroTerminated(10)).toThrow('1 bytes are left');
    expect(() => new ByteReader(new Uint8Array(300).fill(65)).zeroTerminated(255)).toThrow('no zero byte within 255 bytes');
  });
});
