// High-Throughput JPEG 2000: what HTJ2K256, HTJ2K32 and LJ2K chunks are made of (ITU-T T.800 and T.814). The host reads markers and packet headers.
export { htj2kBlock } from './block';
export { htj2kLines } from './lines';
export { lj2kDequantize, lj2kLines } from './curve';
