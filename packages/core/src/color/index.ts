/** Colour in one place: what a part says of its colours, the spaces by their ids, curves and matrices. */
export { luminanceWeights, REC709, rgbToXyz, toSrgb, type Matrix3, type Primaries } from './matrix.ts';
export { decodeCurve, PQ, type Curve } from './curve.ts';
export { chromaticitiesOf, colorSpace, colorSpaceOfChromaticities, spaceId, type ColorSpace } from './spaces.ts';
export { colorConflicts, colorSourcesOf, colorSpaceOf, type ColorSourceFound, type ColorSpaceSource } from './sources.ts';
export { partColor, type PartColor } from './part-color.ts';
export { colorNotes } from './notes.ts';
