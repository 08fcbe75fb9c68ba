// Every kernel the host may call. One file an idea; no allocation here: the host hands out addresses of linear memory from `heapBase` up.
export * from './memory';
export * from './inflate';
export * from './stats';
