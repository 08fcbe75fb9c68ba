/**
 * The shader that develops a picture, put together from what is wanted of it, so that what is off costs nothing. The order is core's
 * (preview/develop.ts): luma to RGB, the curve undone, matrix to linear sRGB, exposure or range, tone map, gamma, sRGB.
 */

import { type Curve, PQ } from '@exr/core/curve';

/** What decides which program is needed. */
export interface ShaderKind {
  readonly kind: 'rgb' | 'luma' | 'gray';
  /** Green holds hashes of ids. */
  readonly ids: boolean;
  /** From the file's values to light. */
  readonly curve: Curve | null;
  readonly matrix: boolean;
  /** Alpha is a plane and is shown: soloed, or over a background. */
  readonly alpha: 'none' | 'solo' | 'over';
  readonly solo: 'none' | 'red' | 'green' | 'blue' | 'luminance';
  readonly normalise: 'off' | 'linear' | 'log';
  readonly toneMap: 'none' | 'filmic' | 'reinhard';
  readonly gamma: boolean;
  readonly falseColour: boolean;
  readonly nonfinite: boolean;
  readonly missing: boolean;
  readonly negative: boolean;
  readonly clipped: boolean;
}

export const VERTEX = `#version 300 es
void main() {
  vec2 corner = vec2(float((gl_VertexID << 1) & 2), float(gl_VertexID & 2));
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`;

export function fragmentSource(kind: ShaderKind): string {
  return [
    `#version 300 es
precision highp float;
precision highp int;
out vec4 colour;
uniform vec4 uMap;        // texture coordinate = fragment × xy + zw
uniform highp sampler2D uPlanes;
uniform highp usampler2D uMarks;
uniform sampler2D uRamp;
uniform mat3 uMatrix;
uniform vec3 uWeights;    // of R, G and B in luminance
uniform vec2 uSpread;     // (value − x) × y
uniform vec3 uLog;        // log2(x + y × value) × z
uniform float uGamma;     // 1 / gamma
uniform vec3 uUnder;      // what is behind alpha, linear
uniform vec3 uUnder2;     // the checker's other squares
uniform vec2 uHatch;      // where hatching begins, in fragments
// sRGB's transfer: 1.055 x^(1/2.4) − 0.055 by roots of roots, which cost a processor a fraction of a power; at most 0.012 of an 8-bit code off.
vec3 encode(vec3 x) {
  vec3 a = sqrt(x), b = sqrt(a), c = sqrt(b);
  return mix(12.92 * x, 0.64236686 * a + 0.71210892 * b - 0.33686927 * c - 0.01756341 * x, greaterThan(x, vec3(0.0031308)));
}`,
    kind.curve ? decode(kind.curve) : '',
    TONE[kind.toneMap],
    `void main() {
  vec2 at = gl_FragCoord.xy * uMap.xy + uMap.zw;`,
    marks(kind),
    planes(kind),
    '}',
  ].join('\n');
}

const TONE = {
  none: '',
  filmic: 'vec3 tone(vec3 x) { return mix(vec3(0.0), (2.51 * x + 0.03) / (2.43 * x + 0.59 + 0.14 / max(x, 1e-9)), greaterThan(x, vec3(0.0))); }',
  reinhard: 'vec3 tone(vec3 x) { return mix(vec3(0.0), 1.0 - 1.0 / (1.0 + x), greaterThan(x, vec3(0.0))); }',
};

/** Marked pixels need no more than their mark. */
function marks({ nonfinite, missing }: ShaderKind): string {
  if (!nonfinite && !missing) return '';
  return `  uint mark = texture(uMarks, at).r;
${nonfinite ? '  if ((mark & 5u) != 0u) { colour = vec4(1.0, 0.0, 1.0, 1.0); return; }' : ''}
${missing ? `  if ((mark & 2u) != 0u) {
    float stripe = mod(floor(gl_FragCoord.x - uHatch.x) - floor(gl_FragCoord.y - uHatch.y), 16.0);
    colour = vec4(stripe < 8.0 ? vec3(40.0, 40.0, 48.0) : vec3(96.0, 88.0, 40.0), 255.0) / 255.0;
    return;
  }` : ''}`;
}

function planes(kind: ShaderKind): string {
  const lines: string[] = [];
  lines.push('vec4 planes = texture(uPlanes, at);');
  if (kind.ids) return [...lines, IDS].map((line) => `  ${line}`).join('\n');
  if (kind.alpha === 'solo') lines.push('vec3 light = planes.aaa;');
  else if (kind.kind === 'gray') lines.push(`vec3 light = planes.rrr;${kind.curve ? ' light = decode(light);' : ''}`);
  else {
    lines.push('vec3 light = planes.rgb;');
    if (kind.kind === 'luma') lines.push(LUMA);
    if (kind.curve) lines.push('light = decode(light);');
    if (['red', 'green', 'blue'].includes(kind.solo)) lines.push(`light = vec3(light.${kind.solo[0]});`);
    else if (kind.solo === 'luminance') lines.push('light = vec3(dot(light, uWeights));');
    else if (kind.matrix) lines.push('light = uMatrix * light;');
  }
  if (kind.negative) lines.push('bool isBelow = any(lessThan(light, vec3(0.0)));');
  if (kind.normalise === 'log') lines.push('light = log2(max(uLog.x + uLog.y * light, 1e-30)) * uLog.z;');
  else lines.push('light = (light - uSpread.x) * uSpread.y;');
  if (kind.clipped) lines.push('bool isClipped = any(greaterThanEqual(light, vec3(1.0)));');
  if (kind.falseColour) {
    const t = kind.normalise === 'off' ? '(log2(max(dot(light, vec3(0.2126, 0.7152, 0.0722)), 1e-30) / 0.18) + 8.0) / 14.0' : 'light.g';
    lines.push(`colour = vec4(texelFetch(uRamp, ivec2(int(clamp(${t}, 0.0, 1.0) * 255.0 + 0.5), 0), 0).rgb, 1.0);`);
  } else {
    if (kind.toneMap !== 'none' && kind.normalise === 'off') lines.push('light = tone(min(light, vec3(1e9)));');
    lines.push('light = clamp(light, 0.0, 1.0);');
    if (kind.gamma) lines.push('light = pow(light, vec3(uGamma));');
    if (kind.alpha === 'over') lines.push(OVER);
    lines.push('colour = vec4(encode(light), 1.0);');
  }
  if (kind.negative) lines.push('if (isBelow) colour.rgb = vec3(0.0, 0.62, 1.0);');
  if (kind.clipped) lines.push('if (isClipped && mod(gl_FragCoord.x + gl_FragCoord.y, 8.0) < 4.0) colour.rgb = vec3(1.0, 0.16, 0.1);');
  return lines.map((line) => `  ${line}`).join('\n');
}

/** Hashes as colours, black where there is nothing (core's preview/ids.ts). */
const IDS = `int hash = int(planes.g); // 24 bits: a half more would be rounded
  ivec3 codes = 64 + ((ivec3(hash >> 16, hash >> 8, hash) & 255) * 3 >> 2);
  colour = vec4(hash > 0 ? vec3(codes) / 255.0 : vec3(0.0), 1.0);`;

/** A number as GLSL takes it. */
function glsl(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** core's decodeCurve, of three values. Powers of what is below zero are not asked for: GLSL does not say what they are. */
export function decode(curve: Curve): string {
  const body = (() => {
    switch (curve.kind) {
      case 'offset': {
        const { gamma, offset, slope, from, mirror } = curve;
        const up = (x: string): string => `mix(${x} / ${glsl(slope)}, pow(max((${x} + ${glsl(offset)}) / ${glsl(1 + offset)}, vec3(1e-9)), vec3(${glsl(gamma)})), greaterThan(${x}, vec3(${glsl(from)})))`;
        return mirror ? `vec3 a = abs(x); return sign(x) * ${up('a')};` : `return ${up('x')};`;
      }
      case 'power': {
        const up = `pow(max(abs(x), vec3(1e-12)), vec3(${glsl(curve.gamma)}))`;
        return curve.mirror ? `return sign(x) * ${up};` : `return mix(${up}, x, lessThanEqual(x, vec3(0.0)));`;
      }
      case 'log': {
        const { base, a, b, c, d, e, f, from } = curve;
        return `return mix((exp2((x - ${glsl(d)}) * ${glsl(Math.log2(base) / c)}) - ${glsl(b)}) / ${glsl(a)}, (x - ${glsl(f)}) / ${glsl(e)}, lessThan(x, vec3(${glsl(from)})));`;
      }
      case 'acescc':
        return `vec3 y = exp2(x * 17.52 - 9.72); return mix(min(y, vec3(65504.0)), 2.0 * (y - ${glsl(2 ** -16)}), lessThan(x, vec3(${glsl((9.72 - 15) / 17.52)})));`;
      case 'pq': {
        const { m1, m2, c1, c2, c3 } = PQ;
        return `vec3 y = pow(max(abs(x), vec3(1e-12)), vec3(${glsl(1 / m2)}));
  return sign(x) * 100.0 * pow(max(y - ${glsl(c1)}, vec3(1e-12)) / max(${glsl(c2)} - ${glsl(c3)} * y, vec3(1e-6)), vec3(${glsl(1 / m1)}));`;
      }
    }
  })();
  return `vec3 decode(vec3 x) { ${body} }`;
}
/** Y, RY, BY to R, G, B. */
const LUMA = `{
    float y = light.x;
    float r = (light.y + 1.0) * y;
    float b = (light.z + 1.0) * y;
    light = vec3(r, (y - r * uWeights.r - b * uWeights.b) / uWeights.g, b);
  }`;

/** Premultiplied colour over the background. */
const OVER = `{
    float through = 1.0 - clamp(planes.a, 0.0, 1.0);
    vec2 square = floor((gl_FragCoord.xy - uHatch) / 16.0);
    light = min(light + through * (mod(square.x + square.y, 2.0) < 0.5 ? uUnder : uUnder2), vec3(1.0));
  }`;

export function kindKey(kind: ShaderKind): string {
  return JSON.stringify(kind);
}
