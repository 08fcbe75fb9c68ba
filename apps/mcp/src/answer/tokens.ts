/**
 * How many tokens a text is to a model, without its tokenizer: an estimate, meant to be rather too high. A run of letters is a token at least; letters come
 * about three to a token (English has four and more, ids fewer, and every change between lower, upper and digits costs), consonants in a row fewer, digits
 * two, the signs of JSON three (they come in runs), other signs one. Beyond ASCII common scripts take two thirds of a token a byte, rare ones a token a byte,
 * which no tokenizer of bytes exceeds. tokens.test.ts holds it against o200k_base, ordinary texts and hostile ones.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  let before = 0;
  let run = 0; // what the letters or digits in a row have cost so far
  let hard = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const kind = code > 0x7f ? BEYOND : KIND[code]!;
    if (kind !== before) {
      if (before <= DIGIT && before > 0) tokens += Math.max(0, 1 - run);
      run = 0;
    }
    if (kind === BEYOND) {
      const point = text.codePointAt(i)!;
      if (point > 0xffff) i++;
      tokens += costBeyond(point);
    } else if (kind <= DIGIT) {
      const consonant = kind !== DIGIT && !VOWEL[code];
      const cost = kind === DIGIT ? 0.5 : consonant && hard && run > 0 ? 0.66 : 1 / 2.8;
      hard = consonant;
      run += cost;
      tokens += cost;
      if (kind === DIGIT && kind === before) continue;
    } else tokens += kind === SIGN && before !== SIGN ? 1.1 : COST[kind]!;
    before = kind;
  }
  return Math.ceil(tokens + (before <= DIGIT && before > 0 ? Math.max(0, 1 - run) : 0));
}

function costBeyond(point: number): number {
  if (point < 0x300) return 1.4;
  if (point < 0x370) return 2; // combining marks
  if (point < 0x800) return 1.6;
  if (point > 0xffff) return point >= 0x1f300 && point < 0x1fb00 ? 2.8 : 4;
  return (point >= 0x3040 && point < 0x9fff) || (point >= 0xac00 && point < 0xd7a4) || (point >= 0x1200 && point < 0x1380) || (point >= 0x2000 && point < 0x2070) ? 2.2 : 3;
}

const [LOWER, UPPER, DIGIT, SPACE, JSON_SIGN, SIGN, BEYOND] = [1, 2, 3, 4, 5, 6, 7];
const COST = [0, 1 / 2.8, 1 / 2.8, 0.5, 0.4, 0.34, 0.9];
const KIND = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[a-z]/.test(character)) return LOWER;
  if (/[A-Z]/.test(character)) return UPPER;
  if (/\d/.test(character)) return DIGIT;
  if (code <= 32) return SPACE;
  return '",:{}[]'.includes(character) ? JSON_SIGN : SIGN;
});
const VOWEL = Uint8Array.from({ length: 128 }, (_, code) => (/[aeiouyhrs]/i.test(String.fromCharCode(code)) ? 1 : 0));

/** No answer is above this, content and structured content together. */
export const ANSWER_TOKENS = 8000;
/** What lists may fill of it; the rest is for what stands around them, and for the estimate being one. */
export const LIST_TOKENS = 5600;
