/**
 * Bytes of many characters, made by rule: from constant to noise, words, repeats near and far. testdata/zstd-frames.json holds them as zstd 1.5.4
 * compressed them (tools/fixtures/zstd-frames.mjs).
 */
export const makers: Readonly<Record<string, (n: number, random: () => number) => Uint8Array>> = {
  constant: (n) => new Uint8Array(n).fill(7),
  noise: (n, random) => Uint8Array.from({ length: n }, () => random() * 256),
  skewed: (n, random) => Uint8Array.from({ length: n }, () => random() ** 4 * 256),
  'two symbols': (n, random) => Uint8Array.from({ length: n }, () => (random() < 0.9 ? 1 : 200)),
  ramp: (n) => Uint8Array.from({ length: n }, (_, i) => i >> 3),
  words: (n, random) => {
    const words = Array.from({ length: 60 }, () => Array.from({ length: 2 + random() * 9 }, () => 97 + random() * 20));
    const out: number[] = [];
    while (out.length < n) out.push(...words[Math.floor(random() ** 2 * 60)]!);
    return Uint8Array.from(out.slice(0, n));
  },
  'far repeats': (n, random) => {
    const out = Uint8Array.from({ length: n }, () => random() * 256);
    for (let at = 0; at + 400 < n; at += 700) out.copyWithin(at + 200, Math.floor(random() * at), Math.floor(random() * at) + 150);
    return out;
  },
};

/** Numbers from 0 to 1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff;
}
