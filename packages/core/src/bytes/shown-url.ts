/**
 * A URL as it may be shown, reported and remembered: without user, password, query and fragment, which may hold secrets (a presigned URL is a key to the
 * file). That there was a query is said. Also of what only looks like a URL. Everything else stays as it was written.
 */
export function shownUrl(text: string): string {
  const found = /^([a-z][a-z0-9+.-]*:\/\/)([^?#]*)([?#].*)?$/is.exec(text);
  if (!found) return text;
  const [, scheme, place, rest = ''] = found as unknown as [string, string, string, string | undefined];
  // A user's "@" ends before the path, unless this is no URL at all: then an unescaped password may hold a slash.
  const slash = URL.canParse(text) ? place.search(/[/\\]/) : -1;
  const authority = slash < 0 ? place : place.slice(0, slash);
  return `${scheme}${authority.slice(authority.lastIndexOf('@') + 1)}${slash < 0 ? '' : place.slice(slash)}${rest.startsWith('?') ? '?…' : ''}`;
}

/** A message with every URL in it made fit to be shown; of `s3://` names a "?" is a part. */
export function withoutSecrets(message: string): string {
  return message.replace(/\b(?!s3:)[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>`]{1,8192}/gi, (url) => (/\?(?!…)|@/.test(url) ? shownUrl(url) : url));
}
