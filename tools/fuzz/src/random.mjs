// Numbers that are the same on every machine for the same seed.

/** sfc32 (Chris Doty-Humphrey, PractRand), seeded by splitmix32 of the parts. */
export function randomOf(...parts) {
  let mix = 0x9e3779b9;
  for (const part of parts) mix = Math.imul(mix ^ (part >>> 0), 0x85ebca6b) ^ (mix >>> 13);
  const next32 = () => {
    mix = (mix + 0x9e3779b9) | 0;
    let t = mix ^ (mix >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return t ^ (t >>> 15);
  };
  let [a, b, c, counter] = [next32(), next32(), next32(), 1];
  const uint32 = () => {
    const sum = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 8; i++) uint32();
  return {
    uint32,
    /** 0 ≤ n < below. */
    below: (below) => Math.floor((uint32() / 2 ** 32) * below),
    pick: (list) => list[Math.floor((uint32() / 2 ** 32) * list.length)],
    chance: (probability) => uint32() / 2 ** 32 < probability,
  };
}
