/** Content-Range and the validators of an answer (RFC 9110, sections 14.4 and 8.8). */

export interface ContentRange {
  /** Null for an unsatisfied range ("bytes *\/SIZE"). */
  readonly start: number | null;
  readonly end: number | null;
  /** Null where the server does not say ("bytes 0-9/*"). */
  readonly size: number | null;
}

export function contentRange(header: string | null): ContentRange | null {
  const match = /^\s*bytes\s+(?:(\d{1,15})-(\d{1,15})|\*)\/(\d{1,15}|\*)\s*$/i.exec(header ?? '');
  if (!match) return null;
  const [, start, end, size] = match;
  return {
    start: start === undefined ? null : Number(start),
    end: end === undefined ? null : Number(end),
    size: size === '*' || size === undefined ? null : Number(size),
  };
}

/** What tells one version of a file from another. */
export interface Validator {
  /** The headers that let the server refuse when the file is another: If-Match with a strong ETag, else If-Unmodified-Since. */
  readonly precondition: Readonly<Record<string, string>>;
  /** True when `later` names the same version, or names none. */
  matches(later: Validator): boolean;
  readonly etag: string | null;
  readonly modified: string | null;
  /** In words, for messages. */
  readonly text: string;
}

export function validatorOf(headers: Headers): Validator {
  const etag = headers.get('etag');
  const modified = headers.get('last-modified');
  // If-Match compares strongly, so a weak tag would never match (RFC 9110, 13.1.1); it is compared in the answers instead.
  const strong = etag !== null && !etag.startsWith('W/');
  const precondition: Record<string, string> = {};
  if (strong) precondition['if-match'] = etag;
  else if (etag === null && modified !== null) precondition['if-unmodified-since'] = modified;
  return {
    precondition,
    etag,
    modified,
    matches(later) {
      if (etag !== null && later.etag !== null) return etag === later.etag;
      return modified === null || later.modified === null || modified === later.modified;
    },
    text: etag !== null ? `ETag ${etag}` : modified !== null ? `modified ${modified}` : 'without ETag or date',
  };
}

/** An ETag without its quotes: listings, events and headers differ in whether it has them. A weak one stays as it is. */
export function unquoted(etag: string): string {
  return etag.replace(/^"(.*)"$/s, '$1');
}
