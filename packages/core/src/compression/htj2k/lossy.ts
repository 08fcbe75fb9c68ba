/** LJ2K's lossy components: from code blocks to values by quantization steps, the 9/7 wavelet, the colour transform and a curve; in the kernels. */
import type { Kernels } from '@exr/kernels';
import { corrupt, unsupported } from './errors.ts';
import { isEmpty } from './geometry.ts';
import type { Curve } from './non-linearity.ts';
import { describe, RESOLUTION_WORDS, type CodedComponent, type Destination } from './reconstruct.ts';

/** Words of a LossyOutput: assembly/htj2k/curve.ts. */
const OUTPUT_WORDS = 9;
/** Bytes of a point of a curve there. */
const POINT_BYTES = 16;

/**
 * As `reconstruct`, of one irreversible component or of three by the irreversible colour transform. `curves`: by component, null for the curve of
 * OpenEXR 3.5.0 and 3.5.1.
 */
export function reconstructLossy(
  kernels: Kernels, packed: number, components: readonly CodedComponent[], destinations: readonly Destination[], curves: readonly (Curve | null)[],
): void {
  components.forEach(({ layout, quantization }) => {
    if (quantization.mantissas === null) throw corrupt(`component ${layout.component} is lossy and has no quantization steps`);
    if (layout.resolutions.some(({ x0, y0 }) => x0 !== 0 || y0 !== 0)) throw unsupported('the 9/7 wavelet of an image or tile that does not begin at 0, 0');
  });
  if (isEmpty(components[0]!.layout)) return;
  const [{ width, height }] = destinations as [Destination];
  const words: number[] = [];
  const count = components.reduce((sum, { layout }) => sum + layout.resolutions.length, 0);
  const address = kernels.allocate(4 * (count * RESOLUTION_WORDS + components.length * OUTPUT_WORDS));
  const tops = components.map((component) => describe(kernels, packed, component, false, address, words));
  const outputs = address + 4 * words.length;
  const points = curves.map((curve) => (curve ? kernels.allocate(curve.values.length * POINT_BYTES) : 0));
  const lines = components.map(() => (components.length > 1 ? kernels.allocate(4 * width) : 0));
  const view = kernels.view();
  words.forEach((word, i) => view.setUint32(address + 4 * i, word, true));
  components.forEach(({ precision }, i) => {
    const at = outputs + 4 * OUTPUT_WORDS * i;
    const curve = curves[i]!;
    const { from, to, inverse } = curve ? writeCurve(view, points[i]!, curve) : { from: 0, to: 0, inverse: 0 };
    [tops[i]!, destinations[i]!.rows, points[i]!, curve ? curve.values.length - 1 : 0].forEach((word, k) => view.setUint32(at + 4 * k, word, true));
    [from, to, inverse].forEach((value, k) => view.setFloat32(at + 16 + 4 * k, value, true));
    [lines[i]!, precision].forEach((word, k) => view.setUint32(at + 28 + 4 * k, word, true));
  });
  kernels.call['lj2kLines']!(outputs, components.length === 3 ? 1 : 0, width, height);
}

/** Writes the points of a curve with what its pieces need, in float32 steps: where a point is, its value, how much more the next one has. */
function writeCurve(view: DataView, at: number, { from, to, values }: Curve): { from: number; to: number; inverse: number } {
  const last = values.length - 1;
  const range = Math.fround(to - from);
  const apart = Math.fround(range / last);
  values.forEach((value, k) => {
    const next = values[Math.min(k + 1, last)]!;
    const point = at + POINT_BYTES * k;
    view.setFloat32(point, Math.fround(from + Math.fround(k * apart)), true);
    view.setFloat32(point + 4, value, true);
    view.setFloat32(point + 8, Math.fround(next - value), true);
    view.setFloat32(point + 12, 0, true);
  });
  return { from, to, inverse: Math.fround(last / range) };
}
