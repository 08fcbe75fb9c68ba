/** Many things at once, results in order. */
export { mapInOrder } from './map-in-order.ts';
export { atOnce, inTurns, nextTurn } from './turns.ts';
