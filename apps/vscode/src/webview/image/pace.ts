/** Whether frames come too slowly to follow a hand: then they are drawn with a quarter of the pixels until the hand rests. */

/** Frames further apart than this, in milliseconds, belong to different movements, however slow the machine is. */
const MOVEMENT = 1500;
/** After so long without a frame the hand rests, unless frames take longer than that. */
const REST = 250;
/** 30 frames a second, with a little to spare. */
const SLOW = 36;
/** This many slow frames in a row are no accident. */
const PATIENCE = 3;

export class Pace {
  #last = -Infinity;
  #gap = 0;
  #slow = 0;
  #isCoarse = false;

  /** Told of every frame, in milliseconds of any clock: true when it should be coarse. */
  frame(now: number): boolean {
    const gap = now - this.#last;
    this.#last = now;
    this.#gap = gap > MOVEMENT ? 0 : gap;
    if (gap > MOVEMENT) {
      this.#slow = 0;
      this.#isCoarse = false;
      return false;
    }
    this.#slow = gap > SLOW ? this.#slow + 1 : Math.max(0, this.#slow - 1);
    if (this.#slow >= PATIENCE) this.#isCoarse = true;
    return this.#isCoarse;
  }

  /** Milliseconds without a frame after which every pixel should be drawn again. */
  get restAfter(): number {
    return Math.min(MOVEMENT, Math.max(REST, 2 * this.#gap));
  }

  /** The movement has ended. */
  rest(): void {
    this.#isCoarse = false;
    this.#slow = 0;
    this.#last = -Infinity;
  }
}
