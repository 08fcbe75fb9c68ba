/**
 * The few elements of S3's XML that are read: error documents and listings, whose elements have no attributes that matter, no comments and no CDATA
 * (API reference: Error, ListBucketResult). A browser's DOMParser is not in Node.
 */

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text of the first element of this name, with its entities resolved; null when there is none. */
export function textOf(xml: string, name: string): string | null {
  const [inner] = elements(xml, name);
  return inner === undefined ? null : inner.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{1,5}));/gi, (all, hex?: string, decimal?: string, named?: string) => {
    if (named !== undefined) return ENTITIES[named] ?? all;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}

/** What is inside each element of this name, in order; an element of that name inside another is not looked for. */
export function* elements(xml: string, name: string): Generator<string> {
  const [open, close] = [`<${name}`, `</${name}>`];
  for (let at = 0; ; ) {
    const start = xml.indexOf(open, at);
    if (start < 0) return;
    const next = xml[start + open.length];
    const begin = xml.indexOf('>', start) + 1;
    if (begin === 0) return;
    at = begin;
    if (next !== '>' && next !== ' ' && next !== '/') continue; // a longer name
    if (xml[begin - 2] === '/') {
      yield '';
      continue;
    }
    const end = xml.indexOf(close, begin);
    if (end < 0) return;
    yield xml.slice(begin, end);
    at = end + close.length;
  }
}
