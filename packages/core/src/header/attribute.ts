import { ATTRIBUTE_TYPES } from './attribute-types/index.ts';
import { decodeText } from './text.ts';
import type { Attribute } from './types.ts';
import type { AttributeValues } from './values.ts';

/** Bytes of a text that facts are looked for in. */
const MOST_TEXT = 2 ** 16;

/** An attribute over the bytes of the header: nothing is decoded or copied until it is asked for. */
export class HeaderAttribute implements Attribute {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly offset: number;
  /** What is wrong with the bytes as a value of their type; the value is then the bytes. */
  readonly problem: string | null;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  #value: unknown;

  /** `bytes` holds the value at `start`, which is at `offset` in the file. */
  constructor(name: string, type: string, size: number, offset: number, bytes: Uint8Array, start: number, problem: string | null) {
    this.name = name;
    this.type = type;
    this.size = size;
    this.offset = offset;
    this.problem = problem;
    this.#bytes = bytes;
    this.#start = start;
  }

  get value(): unknown {
    if (this.#value === undefined) {
      const type = this.problem === null ? ATTRIBUTE_TYPES.get(this.type) : undefined;
      this.#value = type === undefined ? this.raw() : type.read(this.raw());
    }
    return this.#value;
  }

  raw(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#start + this.size);
  }
}

/**
 * The attribute's value as its type has it, or undefined when the attribute is absent, of another type, or not of its type's shape.
 * A string longer than 64 KiB is given as its beginning: whoever wants all of it asks the attribute itself.
 * `valueOf(part.attribute('timeCode'), 'timecode')?.hours`
 */
export function valueOf<Type extends keyof AttributeValues>(attribute: Attribute | undefined, type: Type): AttributeValues[Type] | undefined {
  if (attribute === undefined || attribute.type !== type) return undefined;
  if (attribute instanceof HeaderAttribute && attribute.problem !== null) return undefined;
  if (type === 'string' && attribute.size > MOST_TEXT) return decodeText(attribute.raw(), 0, MOST_TEXT) as AttributeValues[Type];
  return attribute.value as AttributeValues[Type];
}
