import { halfToFloatBits } from '../pixels/index.ts';

let values: Float32Array | undefined;

/** The float of each half, by its bits. */
export function halfValues(): Float32Array {
  return (values ??= new Float32Array(halfToFloatBits().buffer));
}
