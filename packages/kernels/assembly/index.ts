// Every kernel the host may call. One file an idea; no allocation here: the host hands out addresses of linear memory from `heapBase` up.
export * from './memory';
export * from './inflate';
export * from './stats';
export * from './huffman';
export * from './wavelet';
export * from './piz';
export { reconstructBytes } from './predictor';
export { rleDecompress } from './rle';
export { pxr24Float, pxr24Half, pxr24Uint } from './pxr24';
export { b44Channel, b44LogTable } from './b44';
export { halfToFloat } from './half';
export * from './htj2k';
export { dwaLinearTable } from './dwa-table';
export { dwaBlocks, dwaCopyRows, dwaZipRows } from './dwa-blocks';
export * from './zstd';
