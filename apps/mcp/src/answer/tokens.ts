/**
 * How many tokens a text is to a model, without its tokenizer: an estimate that is meant to be too high. Letters come three to a token (English has four and
 * more, base64 and ids two to three), digits two, signs one each, everything beyond ASCII three quarters of a token a byte. tokens.test.ts holds it against
 * o200k_base.
 */
export function estimateTokens(text: string): number {
  let letters = 0;
  let digits = 0;
  let signs = 0;
  let spaces = 0;
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) bytes += code < 0x800 ? 2 : code >= 0xd800 && code <= 0xdfff ? 2 : 3;
    else if ((code | 32) >= 97 && (code | 32) <= 122) letters++;
    else if (code >= 48 && code <= 57) digits++;
    else if (code <= 32) spaces++;
    else signs++;
  }
  return Math.ceil(letters / 2.8 + digits / 2.2 + signs * 0.75 + spaces * 0.3 + bytes * 0.75);
}

/** No answer is above this, content and structured content together. */
export const ANSWER_TOKENS = 8000;
/** What lists may fill of it; the rest is for what stands around them, and for the estimate being one. */
export const LIST_TOKENS = 5600;
