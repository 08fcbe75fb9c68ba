/** Transfer curves of encoded colour spaces: from the numbers in the file to linear light. Plain numbers, so that a shader can be made of them. */

/**
 * How a code x becomes light.
 * - `offset`: x / slope up to `from`, above it ((x + offset) / (1 + offset))^gamma. sRGB, ITU-R BT.709.
 * - `power`: x^gamma.
 * - `log`: (x − f) / e below `from`, else (base^((x − d) / c) − b) / a. ACEScct and the cameras' curves.
 * - `acescc`: the formula of S-2014-003, with its half mix of 2^-16 below.
 * - `pq`: SMPTE ST 2084, where 1 is 100 cd/m², as OpenColorIO has it.
 *
 * `mirror`: what is below zero is the negative of its positive (the Color Interop Forum's advice for display spaces). Otherwise a straight part goes
 * on below zero, and a power leaves it as it is (scene spaces).
 */
export type Curve =
  | { readonly kind: 'offset'; readonly gamma: number; readonly offset: number; readonly slope: number; readonly from: number; readonly mirror: boolean }
  | { readonly kind: 'power'; readonly gamma: number; readonly mirror: boolean }
  | { readonly kind: 'log'; readonly base: number; readonly a: number; readonly b: number; readonly c: number; readonly d: number; readonly e: number; readonly f: number; readonly from: number }
  | { readonly kind: 'acescc' }
  | { readonly kind: 'pq' };

const offset = (gamma: number, by: number, slope: number, from: number) => (mirror: boolean): Curve => ({ kind: 'offset', gamma, offset: by, slope, from, mirror });
const power = (gamma: number) => (mirror: boolean): Curve => ({ kind: 'power', gamma, mirror });
/** `start`: the light at which the straight part ends. */
const log = (base: number, a: number, b: number, c: number, d: number, e: number, f: number, start: number) => (): Curve => (
  { kind: 'log', base, a, b, c, d, e, f, from: e * start + f });

/**
 * By the name that an interop id begins with. Sources: IEC 61966-2-1; ITU-R BT.709; S-2016-001 (ACEScct); the makers' papers: ARRI LogC3 (EI 800) and
 * LogC4, Sony S-Log3, Panasonic V-Log, RED Log3G10 v3, Blackmagic Film Generation 5, DaVinci Intermediate, DJI D-Log.
 */
const CURVES: Readonly<Record<string, (mirror: boolean) => Curve>> = {
  srgb: offset(2.4, 0.055, 12.92, 0.0404482362771082), srgbe: offset(2.4, 0.055, 12.92, 0.0404482362771082),
  itu709: offset(1 / 0.45, 0.099, 4.5, 0.081),
  g18: power(1.8), g22: power(2.2), g24: power(2.4), g26: power(2.6), g22_adobergb: power(563 / 256),
  acescct: log(2, 1, 0, 1 / 17.52, 9.72 / 17.52, 10.5402377416545, 0.0729055341958355, 0.0078125),
  acescc: () => ({ kind: 'acescc' }), pq: () => ({ kind: 'pq' }),
  arrilogc3: log(10, 5.555556, 0.052272, 0.247190, 0.385537, 5.367655, 0.092809, 0.010591),
  arrilogc4: logC4(),
  slog3: log(10, 1 / 0.19, 0.01 / 0.19, 261.5 / 1023, 420 / 1023, (171.2102946929 - 95) / 0.01125 / 1023, 95 / 1023, 0.01125),
  vlog: log(10, 1, 0.00873, 0.241514, 0.598206, 5.6, 0.125, 0.01),
  redlog3g10: log(10, 155.975327, 0.01 * 155.975327 + 1, 0.224282, 0, 15.1927, 0.151927, -0.01),
  bmdfilm5: log(Math.E, 1, 0.005494072432257808, 0.08692876065491224, 0.5300133392291939, 8.283605932402494, 0.09246575342465753, 0.005),
  davinci: log(2, 1, 0.0075, 0.07329248, 0.07329248 * 7, 10.44426855, 0, 0.00262409),
  djilog: log(10, 0.9892, 0.0108, 0.256663, 0.584555, 6.025, 0.0929, 0.0078),
};

/** ARRI LogC4, "Logarithmic Color Space Specification", 2022: its constants are given by formulas. */
function logC4(): () => Curve {
  const a = (2 ** 18 - 16) / 117.45;
  const [b, c] = [(1023 - 95) / 1023, 95 / 1023];
  const s = (7 * Math.LN2 * 2 ** (7 - (14 * c) / b)) / (a * b);
  const t = (2 ** (14 * (-c / b) + 6) - 64) / a;
  return log(2, a, 64, b / 14, c - (6 * b) / 14, 1 / s, -t / s, t);
}

/** Null when nobody here knows the curve. `primaries` decide where one name has two exponents (Adobe RGB's 2.2 is 563/256). */
export function curveNamed(name: string, primaries: string, mirror: boolean): Curve | null {
  return (CURVES[`${name}_${primaries}`] ?? CURVES[name])?.(mirror) ?? null;
}

/** One value: from a code to light. */
export function decodeCurve(curve: Curve): (x: number) => number {
  switch (curve.kind) {
    case 'offset': {
      const { gamma, offset: by, slope, from, mirror } = curve;
      const up = (x: number): number => (x <= from ? x / slope : ((x + by) / (1 + by)) ** gamma);
      return mirror ? (x) => (x < 0 ? -up(-x) : up(x)) : up;
    }
    case 'power': {
      const { gamma, mirror } = curve;
      return mirror ? (x) => (x < 0 ? -((-x) ** gamma) : x ** gamma) : (x) => (x < 0 ? x : x ** gamma);
    }
    case 'log': {
      const { base, a, b, c, d, e, f, from } = curve;
      return (x) => (x < from ? (x - f) / e : (base ** ((x - d) / c) - b) / a);
    }
    case 'acescc':
      return (x) => (x < (9.72 - 15) / 17.52 ? 2 * (2 ** (x * 17.52 - 9.72) - 2 ** -16) : Math.min(65504, 2 ** (x * 17.52 - 9.72)));
    case 'pq':
      return (x) => {
        const code = Math.abs(x) ** (1 / PQ.m2);
        const light = 100 * (Math.max(0, code - PQ.c1) / (PQ.c2 - PQ.c3 * code)) ** (1 / PQ.m1);
        return x < 0 ? -light : light;
      };
  }
}

/** SMPTE ST 2084. */
export const PQ = { m1: 2610 / 16384, m2: (2523 / 4096) * 128, c1: 3424 / 4096, c2: (2413 / 4096) * 32, c3: (2392 / 4096) * 32 } as const;
