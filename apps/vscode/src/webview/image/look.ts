/** From the view's state to what the shader is told. */
import type { Curve } from '@exr/core';
import type { LayerInfo, PartInfo, Settings } from '../../shared/protocol.ts';
import type { ViewState } from '../../shared/view-state.ts';
import type { Look } from './renderer.ts';

export interface Drawn {
  readonly kind: LayerInfo['kind'];
  readonly data: boolean;
  readonly ids: boolean;
  readonly whole: boolean;
  readonly names: readonly string[];
  readonly alpha: string | null;
}

export interface LookInput {
  readonly view: ViewState;
  readonly drawn: Drawn;
  readonly part: Pick<PartInfo, 'curve' | 'matrix' | 'luminance'>;
  readonly normalise: 'off' | 'linear' | 'log';
  /** Low and high ends; null spreads nothing. */
  readonly range: readonly [number, number] | null;
  readonly background: Settings['background'];
}

const GREY = 0.18;
const NO_COLOUR = [0, 0, 0] as const;

export function lookOf({ view, drawn, part, normalise, range, background }: LookInput): Look {
  const spreads = normalise !== 'off' && range !== null && range[1] > range[0];
  const matrix = drawn.data || drawn.kind === 'gray' || drawn.kind === 'samples' ? null : part.matrix;
  const ids = drawn.ids && normalise === 'off';
  const over = (background === 'checker' || background === 'grey') && drawn.alpha !== null && view.solo === 'none' && !view.falseColour;
  const mode = spreads ? normalise : 'off';
  return {
    kind: {
      kind: drawn.kind === 'samples' ? 'gray' : drawn.kind, ids, curve: curveOf(drawn, part), matrix: matrix !== null,
      alpha: view.solo === 'alpha' && drawn.alpha !== null ? 'solo' : over ? 'over' : 'none',
      solo: view.solo === 'alpha' ? 'none' : view.solo, normalise: mode, toneMap: view.toneMap, gamma: view.gamma !== 1,
      falseColour: view.falseColour || drawn.kind === 'samples', nonfinite: view.marks.nonfinite, missing: view.marks.missing, negative: view.marks.negative, clipped: view.marks.clipped,
    },
    matrix, weights: [...part.luminance],
    spread: spreads ? [range[0], 1 / (range[1] - range[0])] : [0, 2 ** view.exposure],
    log: mode === 'log' ? logOf(range!) : [0, 1, 1], gamma: view.gamma,
    ...(background === 'grey' ? { under: [GREY, GREY, GREY], under2: [GREY, GREY, GREY] } : background === 'checker' ? { under: [0.12, 0.12, 0.12], under2: [0.21, 0.21, 0.21] } : { under: NO_COLOUR, under2: NO_COLOUR }),
  };
}

/** As core's previews: no curve is for data or for an opacity. */
export function curveOf(drawn: Drawn, part: Pick<PartInfo, 'curve'>): Curve | null {
  const isOpacity = drawn.kind === 'gray' && /(^|\.)(a|alpha)$/i.test(drawn.names[0] ?? '');
  return drawn.data || isOpacity || drawn.kind === 'samples' ? null : part.curve;
}

/**
 * log2(a + b × value) × c runs from 0 to 1 over the range: the logarithm of the value itself where all are above zero and within 24
 * stops, else that of how far it lies above the low end.
 */
export function logOf([low, high]: readonly [number, number]): [number, number, number] {
  if (low > 0 && high / low < 2 ** 24) return [0, 1 / low, 1 / Math.log2(high / low)];
  const bend = 1023;
  const per = bend / (high - low);
  return [1 - low * per, per, 1 / Math.log2(1 + bend)];
}
