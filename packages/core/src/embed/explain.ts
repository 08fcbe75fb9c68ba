/** Why two files are near or far: the features themselves, weighed as the vectors weigh them (before hashing, so without its collisions). */
import { BLOCKS, BLOCK_SHARES, type Block, type FeatureSet } from './feature.ts';

export interface Reason {
  readonly block: Block;
  /** `codec dwaa`, `AOV crypto_object00`. */
  readonly text: string;
  /** Together: what the feature adds to the cosine. Apart: what the cosine lacks because only one file has it. 0…1. */
  readonly amount: number;
  /** For what sets them apart: which of the two has it. */
  readonly only?: 'a' | 'b';
}

export interface Explanation {
  /** Of the unhashed features; the vectors' own cosine differs from it by the noise of hashing, a few hundredths. */
  readonly cosine: number;
  /** Most important first. */
  readonly together: readonly Reason[];
  readonly apart: readonly Reason[];
}

export function explainFeatures(a: FeatureSet, b: FeatureSet, limit = 12): Explanation {
  const together: Reason[] = [];
  const apart: Reason[] = [];
  const lengthA = Math.sqrt(sharesOf(a));
  const lengthB = Math.sqrt(sharesOf(b));
  let cosine = 0;
  for (const block of BLOCKS) {
    const inA = a.block(block);
    const inB = b.block(block);
    const blockA = squares(inA);
    const blockB = squares(inB);
    const share = BLOCK_SHARES[block];
    for (const feature of inA.values()) {
      const other = inB.get(feature.key);
      if (!other) apart.push({ block, text: feature.text, amount: (share * feature.weight ** 2) / blockA / lengthA ** 2, only: 'a' });
      else {
        const amount = (share * feature.weight * other.weight) / Math.sqrt(blockA * blockB) / (lengthA * lengthB);
        cosine += amount;
        together.push({ block, text: feature.text, amount });
      }
    }
    for (const feature of inB.values()) {
      if (!inA.has(feature.key)) apart.push({ block, text: feature.text, amount: (share * feature.weight ** 2) / blockB / lengthB ** 2, only: 'b' });
    }
  }
  return { cosine, together: top(together, limit), apart: top(apart, limit) };
}

function squares(features: ReadonlyMap<string, { readonly weight: number }>): number {
  let sum = 0;
  for (const { weight } of features.values()) sum += weight * weight;
  return sum;
}

/** The shares of the blocks that have something in them. */
function sharesOf(features: FeatureSet): number {
  let sum = 0;
  for (const block of BLOCKS) if (features.block(block).size > 0) sum += BLOCK_SHARES[block];
  return sum === 0 ? 1 : sum;
}

/** The largest, ties in the order of their text, one line for each text. */
function top(reasons: Reason[], limit: number): Reason[] {
  const seen = new Set<string>();
  return reasons
    .sort((one, other) => other.amount - one.amount || (one.text < other.text ? -1 : one.text > other.text ? 1 : 0))
    .filter((reason) => !seen.has(`${reason.only} ${reason.text}`) && seen.add(`${reason.only} ${reason.text}`))
    .slice(0, limit);
}
