/** Many things at once, results in order. */
export { append, greatest, putUnder } from './lists.ts';
export { mapInOrder } from './map-in-order.ts';
export { atOnce, inTurns, nextTurn, turns } from './turns.ts';
