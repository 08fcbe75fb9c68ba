/** Secrets stay out of whatever is logged, answered or sent on, also where a library has put one into a message. */

/** Shorter values would take ordinary words out of messages. */
const SHORTEST = 6;

export type Scrub = (text: string) => string;

export function scrubber(secrets: readonly (string | undefined)[]): Scrub {
  const all = [...new Set(secrets.filter((secret) => secret !== undefined && secret.length >= SHORTEST) as string[])].sort((a, b) => b.length - a.length);
  const spellings = all.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  return (text) => spellings.reduce((scrubbed, secret) => (scrubbed.includes(secret) ? scrubbed.replaceAll(secret, '[secret]') : scrubbed), text);
}
