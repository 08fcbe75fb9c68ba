/** The names of a Cryptomatte manifest, one after the other: one of tens of megabytes holds a million, which as an object would take ten times as much. */

const [QUOTE, BACKSLASH, OPEN, CLOSE, COLON, COMMA] = [0x22, 0x5c, 0x7b, 0x7d, 0x3a, 0x2c];

/**
 * Pairs of name and id of a JSON object of strings (Cryptomatte specification 1.2: `{"name":"hexadecimal id", ...}`) in file order; a name that stands there
 * twice comes twice. Numbers and words are given as their text.
 * @param json UTF-8
 * @throws {SyntaxError} where it is no such object; what came before was given
 */
export function* manifestNames(json: Uint8Array): Generator<[name: string, id: string]> {
  const bytes = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  let at = 0;
  const skip = (): void => {
    while (bytes[at] === 0x20 || (bytes[at]! >= 9 && bytes[at]! <= 13)) at++;
  };
  const expect = (byte: number): void => {
    skip();
    if (bytes[at] !== byte) throw new SyntaxError(`expected ${String.fromCharCode(byte)} at ${at}`);
    at++;
  };
  const string = (): string => {
    expect(QUOTE);
    const start = at;
    let escapes = false;
    for (; ; at++) {
      if (at >= bytes.length) throw new SyntaxError(`a string from ${start} that does not end`);
      if (bytes[at] === QUOTE) break;
      if (bytes[at] !== BACKSLASH) continue;
      escapes = true;
      at++;
    }
    const text = bytes.toString('utf8', start, at++);
    return escapes ? (JSON.parse(`"${text}"`) as string) : text;
  };
  const value = (): string => {
    skip();
    if (bytes[at] === QUOTE) return string();
    const start = at;
    while (at < bytes.length && at - start < 32 && bytes[at] !== COMMA && bytes[at] !== CLOSE) at++;
    return String(JSON.parse(/^[^[{]*$/.exec(bytes.toString('utf8', start, at))?.[0] ?? ''));
  };
  expect(OPEN);
  skip();
  if (bytes[at] === CLOSE) return;
  for (;;) {
    const name = string();
    expect(COLON);
    yield [name, value()];
    skip();
    if (bytes[at] === CLOSE) return;
    expect(COMMA);
  }
}
