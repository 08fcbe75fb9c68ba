/**
 * NLT segments: what becomes of a component's values behind the wavelet (T.801, Annex K; types 0 and 3), and the table that OpenJPH 0.32 puts there
 * (type 4, `param_nlt` in ojph_params.cpp), by which LJ2K of OpenEXR 3.5.2 and later tells its curve.
 */
import { corrupt, unsupported } from './errors.ts';
import type { BigEndianReader } from './reader.ts';

const NONE = 0, COMPLEMENT = 3, TABLE = 4;
/** Cnlt of an NLT segment for every component. */
const ALL_COMPONENTS = 0xffff;

/** A curve of straight pieces between points at equal distances. All values are float32. */
export interface Curve {
  /** Bits of the values that it gives: they are whole numbers of 2^-bits. */
  readonly bits: number;
  /** The ends of what it takes, between 0 and 1. */
  readonly from: number;
  readonly to: number;
  /** By point, between 0 and 1; never falling. */
  readonly values: Float32Array;
}

/** Nothing, the complement of sign and magnitude (type 3), or a curve (type 4). */
export type NonLinearity = 'none' | 'complement' | Curve;

/** Reads the NLT segments of a main header. One for a component goes before one for all. */
export class NonLinearities {
  readonly #list: NonLinearity[];
  readonly #exceptions = new Set<number>();

  constructor(components: number) {
    this.#list = new Array<NonLinearity>(components).fill('none');
  }

  get list(): readonly NonLinearity[] {
    return this.#list;
  }

  read(segment: BigEndianReader): void {
    const component = segment.u16();
    const bits = (segment.u8() & 0x7f) + 1;
    const type = segment.u8();
    const value = type === NONE ? 'none' : type === COMPLEMENT ? 'complement' : type === TABLE ? readCurve(segment, bits) : null;
    if (value === null) throw unsupported(`non-linearity point transformation ${type} (NLT)`);
    if (component === ALL_COMPONENTS) {
      for (let i = 0; i < this.#list.length; i++) if (!this.#exceptions.has(i)) this.#list[i] = value;
    } else {
      if (component >= this.#list.length) throw corrupt(`NLT for component ${component} of ${this.#list.length}`);
      this.#list[component] = value;
      this.#exceptions.add(component);
    }
  }
}

function readCurve(segment: BigEndianReader, bits: number): Curve {
  const count = segment.u16() + 1;
  const [low, high] = [segment.u32(), segment.u32()];
  const pointBits = segment.u8();
  if (bits > 32) throw unsupported(`a curve of ${bits} bits`);
  if (count < 2 || count > 8192 || pointBits < 1 || pointBits > 32 || low >= high) {
    throw corrupt(`curve of ${count} points of ${pointBits} bits from ${low} to ${high}`);
  }
  const bytes = pointBits <= 8 ? 1 : pointBits <= 16 ? 2 : 4;
  if (segment.left !== count * bytes) throw corrupt(`curve has ${segment.left} bytes for ${count} points, expected ${count * bytes}`);
  const values = new Float32Array(count);
  let before = 0;
  for (let i = 0; i < count; i++) {
    const point = bytes === 1 ? segment.u8() : bytes === 2 ? segment.u16() : segment.u32();
    if (point < before) throw corrupt(`curve falls from ${before} to ${point} at point ${i}`);
    values[i] = Math.fround(point) * 2 ** -bits;
    before = point;
  }
  return { bits, from: Math.fround(low / 0xffffffff), to: Math.fround(high / 0xffffffff), values };
}
