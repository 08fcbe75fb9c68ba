/** As much of Protocol Buffers as the query engine's ten messages need. https://protobuf.dev/programming-guides/encoding/ */
import { protocol } from '../errors.ts';

/** Writes fields in the order of the calls. */
export class ProtoWriter {
  readonly #bytes: number[] = [];

  /** A varint field; zero is left out unless `explicit` (proto3 `optional`). */
  uint(field: number, value: bigint | number | undefined, explicit = false): this {
    if (value === undefined || (!explicit && BigInt(value) === 0n)) return this;
    this.#varint(BigInt(field << 3));
    this.#varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }
  bool(field: number, value: boolean): this {
    return this.uint(field, value ? 1 : 0);
  }
  /** A string, bytes or message field; undefined is left out, empty strings too. */
  bytes(field: number, value: string | Uint8Array | ProtoWriter | undefined): this {
    if (value === undefined || value === '') return this;
    const content = typeof value === 'string' ? new TextEncoder().encode(value) : value instanceof ProtoWriter ? value.finish() : value;
    this.#varint(BigInt((field << 3) | 2));
    this.#varint(BigInt(content.byteLength));
    for (const byte of content) this.#bytes.push(byte);
    return this;
  }
  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #varint(value: bigint): void {
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes.push(Number(rest & 0x7fn) | 0x80);
    this.#bytes.push(Number(rest));
  }
}

/** A message taken apart: each field's occurrences, in order. Unknown fields are simply not asked for. */
export class ProtoMessage {
  readonly #fields = new Map<number, (bigint | Uint8Array)[]>();

  /** @throws {ProtocolError} for bytes that are no message */
  constructor(bytes: Uint8Array) {
    let at = 0;
    const varint = (): bigint => {
      let value = 0n;
      for (let shift = 0n; shift < 70n; shift += 7n) {
        const byte = bytes[at++];
        if (byte === undefined) break;
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return BigInt.asUintN(64, value);
      }
      throw protocol('protobuf: a number that does not end');
    };
    const take = (length: number): Uint8Array => {
      if (length > bytes.byteLength - at) throw protocol(`protobuf: ${length} bytes announced, ${bytes.byteLength - at} left`);
      at += length;
      return bytes.subarray(at - length, at);
    };
    while (at < bytes.byteLength) {
      const tag = Number(varint());
      const value = this.#value(tag & 7, varint, take);
      const list = this.#fields.get(tag >>> 3) ?? [];
      list.push(value);
      this.#fields.set(tag >>> 3, list);
    }
  }

  #value(wireType: number, varint: () => bigint, take: (length: number) => Uint8Array): bigint | Uint8Array {
    switch (wireType) {
      case 0:
        return varint();
      case 1:
        return take(8);
      case 2:
        return take(Number(varint()));
      case 5:
        return take(4);
      default:
        throw protocol(`protobuf: wire type ${wireType}`);
    }
  }

  /** The last value of a varint field, as proto3 wants it. */
  uint(field: number): bigint | undefined {
    const value = this.#fields.get(field)?.at(-1);
    return typeof value === 'bigint' ? value : undefined;
  }
  bytes(field: number): Uint8Array | undefined {
    const value = this.#fields.get(field)?.at(-1);
    return value instanceof Uint8Array ? value : undefined;
  }
  string(field: number): string | undefined {
    const bytes = this.bytes(field);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }
  message(field: number): ProtoMessage | undefined {
    const bytes = this.bytes(field);
    return bytes === undefined ? undefined : new ProtoMessage(bytes);
  }
  messages(field: number): ProtoMessage[] {
    return (this.#fields.get(field) ?? []).filter((v) => v instanceof Uint8Array).map((v) => new ProtoMessage(v));
  }
}
