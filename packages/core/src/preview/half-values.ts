import { halfToFloatBits } from '../pixels/worker-side.ts'; // not the engine's door: this runs within the workers that the engine starts

let values: Float32Array | undefined;

/** The float of each half, by its bits. */
export function halfValues(): Float32Array {
  return (values ??= new Float32Array(halfToFloatBits().buffer));
}
