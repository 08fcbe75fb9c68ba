/** The order of packets (ITU-T T.800, B.12). */
import type { Precinct } from './geometry.ts';
import type { Progression } from './parameters.ts';

type Key = (precinct: Precinct) => number;
const resolution: Key = (precinct) => precinct.resolution;
const component: Key = (precinct) => precinct.component;
const x: Key = (precinct) => precinct.x;
const y: Key = (precinct) => precinct.y;
const index: Key = (precinct) => precinct.index;

/** By what precincts are ordered within a layer, the slowest first. Within one position and component, resolutions are distinct. */
const KEYS: Record<Progression, readonly Key[]> = {
  LRCP: [resolution, component, index],
  RLCP: [resolution, component, index],
  RPCL: [resolution, y, x, component, index],
  PCRL: [y, x, component, resolution, index],
  CPRL: [component, y, x, resolution, index],
};

/** Every packet as precinct and layer. */
export function* packetOrder(precincts: readonly Precinct[], progression: Progression, layers: number): Generator<readonly [Precinct, number]> {
  const keys = KEYS[progression];
  const sorted = [...precincts].sort((a, b) => {
    for (const key of keys) {
      const difference = key(a) - key(b);
      if (difference !== 0) return difference;
    }
    return 0;
  });
  if (progression === 'LRCP') {
    for (let layer = 0; layer < layers; layer++) for (const precinct of sorted) yield [precinct, layer];
    return;
  }
  if (progression !== 'RLCP') {
    for (const precinct of sorted) for (let layer = 0; layer < layers; layer++) yield [precinct, layer];
    return;
  }
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    while (end < sorted.length && sorted[end]!.resolution === sorted[start]!.resolution) end++;
    for (let layer = 0; layer < layers; layer++) for (let i = start; i < end; i++) yield [sorted[i]!, layer];
    start = end;
  }
}
