// Zstandard, and what OpenEXR 3.5 puts into its frames.
export { zstdFrame } from './frame';
export { zstdRun16, zstdRun32 } from './samples';
