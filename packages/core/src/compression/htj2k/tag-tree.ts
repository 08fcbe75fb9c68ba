/** Tag trees (ITU-T T.800, B.10.2): each node is the minimum of the four below it, told bit by bit, and only as far as somebody asked. */

/** Reads the next bit of a packet header. */
export type NextBit = () => number;

export class TagTree {
  /** Width of each level, leaves first, and the index of its first node. */
  readonly #widths: number[] = [];
  readonly #starts: number[] = [];
  /** Lower bounds of the nodes; the values themselves once known. */
  readonly #values: Uint16Array;
  readonly #known: Uint8Array;

  constructor(width: number, height: number) {
    let nodes = 0;
    for (;;) {
      this.#widths.push(width);
      this.#starts.push(nodes);
      nodes += width * height;
      if (width <= 1 && height <= 1) break;
      width = Math.ceil(width / 2);
      height = Math.ceil(height / 2);
    }
    this.#values = new Uint16Array(nodes);
    this.#known = new Uint8Array(nodes);
  }

  /** Reads until it is clear whether the value of leaf (x, y) is below `threshold` (1 to 65535): the value, or `threshold` if it is not below. */
  read(x: number, y: number, threshold: number, nextBit: NextBit): number {
    let least = 0;
    for (let level = this.#widths.length - 1; level >= 0; level--) {
      const node = this.#starts[level]! + (y >> level) * this.#widths[level]! + (x >> level);
      let value = Math.max(this.#values[node]!, least);
      while (value < threshold && this.#known[node] === 0) {
        if (nextBit() === 1) this.#known[node] = 1;
        else value++;
      }
      this.#values[node] = value;
      least = value;
    }
    return least;
  }
}
