/** One call for every adapter: bytes in, report out, whatever the bytes are. */
export { inspect, partOf, type InspectOptions } from './inspect.ts';
