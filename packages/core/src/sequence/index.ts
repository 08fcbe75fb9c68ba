/** Files of one shot that differ in their frame number: `beauty.1001.exr`, `beauty.1002.exr` … are `beauty.####.exr`. */
export { frameNameOf, frameNumberOf, possibleFrameOf, type FrameName, type PossibleFrame } from './frame-name.ts';
export { frameRanges, missingFrames, parseFrameRanges, type FrameRange } from './ranges.ts';
export { groupSequences, sequenceKeyOf, type FrameFile, type SequenceOptions, type Sequence } from './group.ts';
export {
  frameFileName, isFramePattern, isUdim, parseFramePattern, patternFileName, patternFits, patternFrame, printFramePattern, PATTERN_STYLES,
  type FramePattern, type HashMeaning, type ParsedPattern, type PatternStyle,
} from './pattern.ts';
export { compareNatural } from './natural.ts';
