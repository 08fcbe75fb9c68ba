/**
 * Signed feature hashing (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009) in 32-bit integers only, so that every
 * engine gives the same bytes. A feature lands on PROJECTIONS places instead of one: two features that share a place then share an eighth of
 * their weight at most, never all of it.
 */

/** Places that one feature is spread over. */
export const PROJECTIONS = 8;

/** A 32-bit hash of the text's UTF-16 code units: the mixing of MurmurHash3 (Appleby), which passes the usual avalanche tests. */
export function hashText(text: string, seed = 0): number {
  let hash = seed | 0;
  for (let i = 0; i < text.length; i++) {
    let unit = Math.imul(text.charCodeAt(i), 0xcc9e2d51);
    unit = (unit << 15) | (unit >>> 17);
    hash ^= Math.imul(unit, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  return mix(hash ^ text.length);
}

function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Adds `weight` times the feature's signs to `sums` at `places` places. */
export function project(feature: string, weight: number, sums: Int32Array | Float64Array, places = PROJECTIONS): void {
  const base = hashText(feature);
  for (let j = 1; j <= places; j++) {
    const hash = mix((base + Math.imul(j, 0x9e3779b9)) | 0);
    const place = (hash >>> 1) % sums.length;
    sums[place] = sums[place]! + ((hash & 1) === 0 ? weight : -weight);
  }
}
