/** First address that holds no constant data: the host's arena begins here. */
export function heapBase(): usize {
  return (__heap_base + 63) & ~63;
}
