/** Numbers along the false colours' bar. */
import { valueText } from '../format/numbers.ts';
import { logOf } from './look.ts';
import { STOPS_ABOVE, STOPS_BELOW } from './ramp.ts';

export interface LegendMark {
  /** 0 to 1 along the bar. */
  readonly at: number;
  readonly text: string;
}

export function legendMarks(mode: 'off' | 'linear' | 'log', range: readonly [number, number] | null): LegendMark[] {
  if (mode === 'off') {
    const stops = [-8, -6, -4, -2, 0, 2, 4, 6].filter((stop) => stop >= -STOPS_BELOW && stop <= STOPS_ABOVE);
    return stops.map((stop) => ({ at: (stop + STOPS_BELOW) / (STOPS_BELOW + STOPS_ABOVE), text: stop > 0 ? `+${stop}` : stop < 0 ? `−${-stop}` : '0' }));
  }
  if (!range || range[1] <= range[0]) return [];
  const [low, high] = range;
  return [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, text: valueText(mode === 'linear' ? low + (high - low) * at : unlog(at, range), 3) }));
}

/** The value that logOf's curve takes to `at`. */
export function unlog(at: number, range: readonly [number, number]): number {
  const [add, multiply, scale] = logOf(range);
  return (2 ** (at / scale) - add) / multiply;
}
