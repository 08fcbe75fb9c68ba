/** One call for every adapter: bytes in, report out, whatever the bytes are. */
export { inspect, type InspectOptions } from './inspect.ts';
