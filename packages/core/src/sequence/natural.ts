/**
 * Names as people order them: runs of digits by their number (`a.99` before `a.100`), letters without regard to case. Names that are equal so far are ordered
 * by fewer leading zeros, then by code units, so that the order is total and the same everywhere.
 */
export function compareNatural(a: string, b: string): number {
  let [i, j] = [0, 0];
  let zeros = 0;
  while (i < a.length && j < b.length) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(j)];
    if (isDigit(x) && isDigit(y)) {
      const [startA, startB] = [skipZeros(a, i), skipZeros(b, j)];
      const [endA, endB] = [endOfDigits(a, startA), endOfDigits(b, startB)];
      if (endA - startA !== endB - startB) return endA - startA - (endB - startB);
      for (let k = 0; k < endA - startA; k++) {
        const difference = a.charCodeAt(startA + k) - b.charCodeAt(startB + k);
        if (difference !== 0) return difference;
      }
      zeros ||= startA - i - (startB - j);
      [i, j] = [endA, endB];
      continue;
    }
    const [lowA, lowB] = [lower(x), lower(y)];
    if (lowA !== lowB) return lowA - lowB;
    i++;
    j++;
  }
  return a.length - i - (b.length - j) || zeros || (a < b ? -1 : a > b ? 1 : 0);
}

const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57;
const lower = (unit: number): number => (unit >= 65 && unit <= 90 ? unit + 32 : unit);

function skipZeros(text: string, at: number): number {
  let i = at;
  while (text.charCodeAt(i) === 48 && isDigit(text.charCodeAt(i + 1))) i++;
  return i;
}

function endOfDigits(text: string, at: number): number {
  let i = at;
  while (isDigit(text.charCodeAt(i))) i++;
  return i;
}
