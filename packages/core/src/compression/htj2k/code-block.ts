/** What packets say of one HT code block (ITU-T T.814, Annex B), gathered over the quality layers. */
export class CodeBlock {
  /** Bit planes without data above the cleanup pass's. */
  missing = 0;
  /** Passes of the current set: 1 cleanup, 2 and SigProp, 3 and MagRef; 0 before the first. */
  passes = 0;
  /** Lblock: bits that a length has at least. */
  lengthBits = 3;
  /** Bytes of the cleanup segment, and of the refinement segment behind it. */
  cleanup = 0;
  refinement = 0;
  /** Where the bytes are: offset, length, offset, length … */
  readonly pieces: number[] = [];

  /** A set of passes at a lower plane takes the place of the one before. */
  restart(): void {
    this.passes = 0;
    this.cleanup = 0;
    this.refinement = 0;
    this.pieces.length = 0;
    this.missing++;
  }
}
