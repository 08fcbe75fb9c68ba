// High-Throughput JPEG 2000: what HTJ2K256 and HTJ2K32 chunks are made of (ITU-T T.800 and T.814). The host reads markers and packet headers.
export { htj2kBlock } from './block';
export { htj2kLines } from './lines';
