/** One attribute type of the specification: how its bytes become a value, and back. */
export interface AttributeType<Value = unknown> {
  /** As written in the file. */
  readonly name: string;
  /** What is wrong with these bytes as a value of this type ("5 bytes, expected 4"), or null. Reading is safe only after null. */
  check(bytes: Uint8Array): string | null;
  read(bytes: Uint8Array): Value;
  /** The bytes of a value. */
  write(value: Value): Uint8Array;
  /** False for a value that does not say every byte it came from (a NaN's payload); absent: every value does. */
  exact?(value: Value): boolean;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function sizeProblem(bytes: Uint8Array, expected: number): string | null {
  return bytes.length === expected ? null : `${bytes.length} bytes, expected ${expected}`;
}
