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
  /** Where its bytes begin; when they came in several layers, the pieces as offset, length, offset, length … */
  at = 0;
  pieces: number[] | null = null;

  /** Of the current packet: bytes of passes that a later set took the place of. */
  replaced = 0;

  /** `length` bytes at `at`, behind those that are there already; `length` is part of cleanup + refinement. */
  append(at: number, length: number): void {
    if (length === 0) return;
    const before = this.cleanup + this.refinement - length;
    if (before === 0) this.at = at;
    else (this.pieces ??= [this.at, before]).push(at, length);
  }

  /** A set of passes at a lower plane takes the place of the one before. */
  restart(): void {
    this.passes = 0;
    this.cleanup = 0;
    this.refinement = 0;
    this.pieces = null;
    this.missing++;
  }
}
