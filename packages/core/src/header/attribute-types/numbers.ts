/** int, float, double and what is made of a fixed number of them. */
import type { Box2i } from '../types.ts';
import type { Box2f, Chromaticities, KeyCode, Pair, Rational } from '../values.ts';
import { sizeProblem, viewOf, type AttributeType } from './type.ts';

type Kind = 'i32' | 'f32' | 'f64';

function readNumbers(kind: Kind, bytes: Uint8Array, count: number): number[] {
  const view = viewOf(bytes);
  const numbers: number[] = [];
  for (let i = 0; i < count; i++) {
    numbers.push(kind === 'i32' ? view.getInt32(4 * i, true) : kind === 'f32' ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true));
  }
  return numbers;
}

function writeNumbers(kind: Kind, numbers: readonly number[]): Uint8Array {
  const size = kind === 'f64' ? 8 : 4;
  const view = new DataView(new ArrayBuffer(size * numbers.length));
  numbers.forEach((number, i) => {
    if (kind === 'i32') view.setInt32(4 * i, number, true);
    else if (kind === 'f32') view.setFloat32(4 * i, number, true);
    else view.setFloat64(8 * i, number, true);
  });
  return new Uint8Array(view.buffer);
}

// Reading a NaN may lose its payload and make a signalling one quiet (ECMAScript, NumericToRawBytes): such a value is not exact.
const hasNoNaN = (numbers: readonly number[]): boolean => !numbers.some(Number.isNaN);

/** `count` numbers that a pair of functions turns into the value and back. */
function tuple<Value>(
  name: string,
  kind: Kind,
  count: number,
  make: (numbers: number[]) => Value,
  take: (value: Value) => readonly number[],
): AttributeType<Value> {
  const size = count * (kind === 'f64' ? 8 : 4);
  return {
    name,
    check: (bytes) => sizeProblem(bytes, size),
    read: (bytes) => make(readNumbers(kind, bytes, count)),
    write: (value) => writeNumbers(kind, take(value)),
    exact: (value) => kind === 'i32' || hasNoNaN(take(value)),
  };
}

function list(name: string, kind: Kind, count: number): AttributeType<readonly number[]> {
  return tuple<readonly number[]>(name, kind, count, (numbers) => numbers, (value) => value);
}

const single = (name: string, kind: Kind): AttributeType<number> => tuple(name, kind, 1, ([value]) => value!, (value) => [value]);

const box = <Box extends Box2i | Box2f>(name: string, kind: Kind): AttributeType<Box> =>
  tuple(
    name,
    kind,
    4,
    ([xMin, yMin, xMax, yMax]) => ({ xMin, yMin, xMax, yMax }) as Box,
    ({ xMin, yMin, xMax, yMax }) => [xMin, yMin, xMax, yMax],
  );

const chromaticities: AttributeType<Chromaticities> = tuple(
  'chromaticities',
  'f32',
  8,
  (n) => ({ red: [n[0]!, n[1]!] as Pair, green: [n[2]!, n[3]!] as Pair, blue: [n[4]!, n[5]!] as Pair, white: [n[6]!, n[7]!] as Pair }),
  ({ red, green, blue, white }) => [...red, ...green, ...blue, ...white],
);

const keycode: AttributeType<KeyCode> = tuple(
  'keycode',
  'i32',
  7,
  (n) => ({
    filmMfcCode: n[0]!,
    filmType: n[1]!,
    prefix: n[2]!,
    count: n[3]!,
    perfOffset: n[4]!,
    perfsPerFrame: n[5]!,
    perfsPerCount: n[6]!,
  }),
  (k) => [k.filmMfcCode, k.filmType, k.prefix, k.count, k.perfOffset, k.perfsPerFrame, k.perfsPerCount],
);

/** A numerator (int32) over a denominator (uint32). */
const rational: AttributeType<Rational> = tuple(
  'rational',
  'i32',
  2,
  ([numerator, denominator]) => ({ numerator: numerator!, denominator: denominator! >>> 0 }),
  ({ numerator, denominator }) => [numerator, denominator],
);

const floatvector: AttributeType<readonly number[]> = {
  name: 'floatvector',
  check: (bytes) => (bytes.length % 4 === 0 ? null : `${bytes.length} bytes, expected a multiple of 4`),
  read: (bytes) => readNumbers('f32', bytes, bytes.length / 4),
  write: (value) => writeNumbers('f32', value),
  exact: hasNoNaN,
};

export const NUMBER_TYPES: readonly AttributeType[] = [
  single('int', 'i32'),
  single('float', 'f32'),
  single('double', 'f64'),
  list('v2i', 'i32', 2),
  list('v2f', 'f32', 2),
  list('v2d', 'f64', 2),
  list('v3i', 'i32', 3),
  list('v3f', 'f32', 3),
  list('v3d', 'f64', 3),
  list('m33f', 'f32', 9),
  list('m33d', 'f64', 9),
  list('m44f', 'f32', 16),
  list('m44d', 'f64', 16),
  box<Box2i>('box2i', 'i32'),
  box<Box2f>('box2f', 'f32'),
  chromaticities,
  keycode,
  rational,
  floatvector,
];
