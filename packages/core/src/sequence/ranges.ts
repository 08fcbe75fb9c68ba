import { ExrError } from '../errors.ts';

/** Frames `first`, `first + step` … `last`, all inclusive. */
export interface FrameRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** Rising frames as farm people write them: `1001-1010,1012,1020-1030x2`. A step needs at least three frames. */
export function frameRanges(frames: readonly number[]): string {
  const texts: string[] = [];
  for (let at = 0; at < frames.length; ) {
    const first = frames[at]!;
    const step = (frames[at + 1] ?? first) - first;
    let end = at;
    while (end + 1 < frames.length && frames[end + 1]! - frames[end]! === step) end++;
    const count = end - at + 1;
    if (count >= 3 || (count === 2 && step === 1)) {
      texts.push(`${first}-${frames[end]!}${step === 1 ? '' : `x${step}`}`);
      at = end + 1;
    } else {
      texts.push(String(first));
      at++;
    }
  }
  return texts.join(',');
}

/** How many frames of a text like `1001-1010,1012x2` there may be: more is a mistake, or an attack. */
const MOST_FRAMES = 1_000_000;

/** The frames that a text names, rising, each once. Throws INVALID_ARGUMENT for what cannot be read. */
export function parseFrameRanges(text: string): number[] {
  const frames = new Set<number>();
  for (const piece of text.split(',')) {
    const found = /^\s*(-?\d{1,8})(?:\s*-\s*(-?\d{1,8})(?:\s*x\s*(\d{1,8}))?)?\s*$/i.exec(piece);
    const [first, last, step] = [Number(found?.[1]), Number(found?.[2] ?? found?.[1]), Number(found?.[3] ?? 1)];
    if (!found || step < 1 || last < first) throw new ExrError('INVALID_ARGUMENT', `frames ${JSON.stringify(text.slice(0, 80))}: expected ranges such as 1001-1010,1015 or 1001-1100x10`);
    if ((last - first) / step + frames.size > MOST_FRAMES) throw new ExrError('LIMIT_EXCEEDED', `frames ${JSON.stringify(text.slice(0, 80))}: more than ${MOST_FRAMES} frames`, { limit: 'frames', limitValue: MOST_FRAMES });
    for (let frame = first; frame <= last; frame += step) frames.add(frame);
  }
  return [...frames].sort((a, b) => a - b);
}

/** Which frames are not there between the first and the last, at the step that the most neighbours have (so a render "on twos" lacks nothing). */
export function missingFrames(frames: readonly number[]): { readonly step: number; readonly count: number; readonly ranges: readonly FrameRange[] } {
  const step = commonStep(frames);
  const ranges: FrameRange[] = [];
  let count = 0;
  for (let i = 1; i < frames.length; i++) {
    const [before, after] = [frames[i - 1]!, frames[i]!];
    const absent = Math.ceil((after - before) / step) - 1;
    if (absent <= 0) continue;
    count += absent;
    ranges.push({ first: before + step, last: before + absent * step, step });
  }
  return { step, count, ranges };
}

/** The step between most neighbours; the smallest of several that are as frequent. One frame: 1. */
function commonStep(frames: readonly number[]): number {
  const seen = new Map<number, number>();
  for (let i = 1; i < frames.length; i++) {
    const step = frames[i]! - frames[i - 1]!;
    seen.set(step, (seen.get(step) ?? 0) + 1);
  }
  let best = 1;
  let most = 0;
  for (const [step, times] of seen) {
    if (times > most || (times === most && step < best)) [best, most] = [step, times];
  }
  return best;
}
