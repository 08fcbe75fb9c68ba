/** What one vector is made of: named features in blocks. */

export const BLOCK_SHARES = {
  /** Which AOVs, by name and by what they are for. */
  channels: 300,
  software: 170,
  resolution: 115,
  colour: 100,
  codec: 90,
  /** Show, shot, department: what an attribute says of the production. */
  production: 70,
  /** Which attributes are there, with their types, and, lightly, the values of those that stay the same over a shot. */
  attributes: 65,
  /** Part types, tiles, levels, pixel types; lightly the data window, which renderers crop frame by frame. */
  storage: 55,
  parts: 30,
} as const;
/** Each block's part, in thousandths, of the squared length of a file that fills them all: 40 AOVs do not erase the codec. */
export type Block = keyof typeof BLOCK_SHARES;
export const BLOCKS = Object.keys(BLOCK_SHARES) as Block[];

export interface Feature {
  readonly block: Block;
  /** Unique within the block; what is hashed. */
  readonly key: string;
  /** For people: `codec dwaa`, `AOV crypto_object00`. */
  readonly text: string;
  /** A small positive integer: how much it says within its block. */
  readonly weight: number;
}

/** Features by block and key; the same feature found twice counts once, with the larger weight. Iterates in a fixed order. */
export class FeatureSet {
  private readonly blocks = new Map<Block, Map<string, Feature>>();

  add(block: Block, key: string, weight: number, text: string): void {
    let features = this.blocks.get(block);
    if (!features) this.blocks.set(block, (features = new Map()));
    const known = features.get(key);
    if (known === undefined || known.weight < weight) features.set(key, { block, key, weight, text });
  }

  /** Takes a whole block over from another set: it is shared, so nothing more may be added to it here. */
  share(block: Block, from: FeatureSet): void {
    const features = from.blocks.get(block);
    if (features) this.blocks.set(block, features);
  }

  block(block: Block): ReadonlyMap<string, Feature> {
    return this.blocks.get(block) ?? EMPTY;
  }

  all(): Feature[] {
    return [...this.blocks.values()].flatMap((features) => [...features.values()]);
  }

  get size(): number {
    let size = 0;
    for (const features of this.blocks.values()) size += features.size;
    return size;
  }
}

const EMPTY: ReadonlyMap<string, Feature> = new Map();
