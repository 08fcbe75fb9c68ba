/**
 * How many tokens a text is to a model, without its tokenizer: an estimate, meant to be rather too high. Letters come about three to a token (English has
 * four and more, ids fewer, and every change between lower, upper and digits costs), digits two, the signs of JSON three (they come in runs), other signs
 * one, what is beyond ASCII two thirds of a token a byte. tokens.test.ts holds it against o200k_base, ordinary texts and hostile ones.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  let before = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const kind = code > 0x7f ? BEYOND : KIND[code]!;
    if (kind === BEYOND) tokens += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1.4 : 2;
    else {
      tokens += COST[kind]!;
      if (kind !== before && ((kind === UPPER && before === LOWER) || (kind === DIGIT && before <= UPPER && before > 0) || (before === DIGIT && kind <= UPPER))) tokens += 0.5;
    }
    before = kind;
  }
  return Math.ceil(tokens);
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

/** No answer is above this, content and structured content together. */
export const ANSWER_TOKENS = 8000;
/** What lists may fill of it; the rest is for what stands around them, and for the estimate being one. */
export const LIST_TOKENS = 5600;
