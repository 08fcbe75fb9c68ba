// Statistics of channels where they lie in unpacked chunks.
export { statsPlacesBytes, statsPlacesReset } from './stats-places';
export { statsHalf } from './stats-half';
export { statsFloat } from './stats-float';
export { statsUint, statsUintBins } from './stats-uint';
export { statsDeepColumns, statsDeepDepth, statsDeepDepthBytes, statsDeepDepthReset } from './stats-deep';
export { statsCompact32, statsCompact64 } from './stats-compact';
