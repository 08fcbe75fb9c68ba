/** Tag trees (ITU-T T.800, B.10.2): each node is the minimum of the four below it, told bit by bit, and only as far as somebody asked. */

/** Reads the next bit of a packet header. */
export interface BitSource {
  bit(): number;
}

export class TagTree {
  /** Width of each level, leaves first, and the index of its first node. */
  private readonly widths: number[] = [];
  private readonly starts: number[] = [];
  /** Twice a lower bound of each node's value; 1 more once the value is known to be it. */
  private readonly nodes: number[];

  constructor(width: number, height: number) {
    let nodes = 0;
    for (;;) {
      this.widths.push(width);
      this.starts.push(nodes);
      nodes += width * height;
      if (width <= 1 && height <= 1) break;
      width = (width + 1) >> 1;
      height = (height + 1) >> 1;
    }
    this.nodes = new Array<number>(nodes).fill(0);
  }

  /** Reads until it is clear whether the value of leaf (x, y) is below `threshold` (1 to 65535): the value, or `threshold` if it is not below. */
  read(x: number, y: number, threshold: number, source: BitSource): number {
    let least = 0;
    for (let level = this.widths.length - 1; level >= 0; level--) {
      const place = this.starts[level]! + (y >> level) * this.widths[level]! + (x >> level);
      const node = this.nodes[place]!;
      let known = node & 1;
      let value = Math.max(node >> 1, least);
      while (value < threshold && known === 0) {
        if (source.bit() === 1) known = 1;
        else value++;
      }
      this.nodes[place] = value * 2 + known;
      least = value;
    }
    return least;
  }
}
