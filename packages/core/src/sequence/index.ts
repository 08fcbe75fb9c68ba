/** Files of one shot that differ in their frame number: `beauty.1001.exr`, `beauty.1002.exr` … are `beauty.####.exr`. */
export { frameNameOf, frameFileName, patternFits, type FrameName } from './frame-name.ts';
export { frameRanges, missingFrames, parseFrameRanges, type FrameRange } from './ranges.ts';
export { groupSequences, type FrameFile, type Sequence } from './group.ts';
