import { BLOCKS, BLOCK_SHARES, type Block, type FeatureSet } from './feature.ts';
import { project } from './hash.ts';

const fileAmplitude = (block: Block): number => Math.sqrt(BLOCK_SHARES[block]);

/** One unit of the integer that scales a block to its share. */
const SCALE = 2 ** 20;

/**
 * A unit vector of `dimensions` float32. Each block is summed in integers, scaled by an integer to its share of the squared length, the blocks are
 * added in a fixed order (every sum stays an exact integer below 2^53), and one normalisation with sqrt and division, both correctly rounded in
 * IEEE 754, ends it: the same bytes on every machine. A set without features gives the vector of the single feature "nothing".
 */
export function metadataVector(features: FeatureSet, dimensions: number, amplitude: (block: Block) => number = fileAmplitude): Float32Array {
  const total = new Float64Array(dimensions);
  for (const block of BLOCKS) {
    const { sums, squares } = blockSums(features, block, dimensions);
    if (squares === 0) continue;
    const scale = Math.floor((amplitude(block) * SCALE) / Math.sqrt(squares));
    for (let i = 0; i < dimensions; i++) total[i] = total[i]! + scale * sums[i]!;
  }
  return normalised(total);
}

interface BlockSums {
  readonly sums: Int32Array;
  readonly squares: number;
}
/** The channels block is shared by the frames of a sequence (features.ts): so are its sums. */
const shared = new WeakMap<object, Map<number, BlockSums>>();

function blockSums(features: FeatureSet, block: Block, dimensions: number): BlockSums {
  const map = features.block(block);
  const known = block === 'channels' ? shared.get(map)?.get(dimensions) : undefined;
  if (known) return known;
  if (block !== 'channels' && scratch.length !== dimensions) scratch = new Int32Array(dimensions);
  const sums = block === 'channels' ? new Int32Array(dimensions) : scratch.fill(0);
  for (const feature of map.values()) project(`${block}:${feature.key}`, feature.weight, sums);
  const made = { sums, squares: squaredLength(sums) };
  if (block === 'channels') shared.set(map, new Map([[dimensions, made]]));
  return made;
}
let scratch = new Int32Array(0);

function squaredLength(sums: Int32Array | Float64Array): number {
  let squares = 0;
  for (let i = 0; i < sums.length; i++) squares += sums[i]! * sums[i]!;
  return squares;
}

/** Unit length, by sqrt and division; all zeros become the vector of the feature "nothing". */
export function normalised(sums: Int32Array | Float64Array): Float32Array {
  let squares = squaredLength(sums);
  if (squares === 0) {
    const nothing = new Int32Array(sums.length);
    project('nothing', 1, nothing);
    sums = nothing;
    squares = squaredLength(sums);
  }
  const length = Math.sqrt(squares);
  const vector = new Float32Array(sums.length);
  for (let i = 0; i < sums.length; i++) vector[i] = sums[i]! / length;
  return vector;
}

/** The cosine of two unit vectors, summed in float64 in index order. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb);
}

/**
 * How loud a block speaks in a query. In a file's vector an asked-for codec is its whole block, an asked-for AOV one of many: the amplitudes make up for
 * it, so that each thing asked for counts about the same.
 */
export function queryAmplitude(features: FeatureSet): (block: Block) => number {
  return (block) => (block === 'channels' ? 3 * Math.sqrt(features.block(block).size) : (QUERY_EMPHASIS[block] ?? 1));
}
const QUERY_EMPHASIS: Partial<Record<Block, number>> = { codec: 1.4, resolution: 3, software: 1.25, colour: 1.25, storage: 2, parts: 3 };
