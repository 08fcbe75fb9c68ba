import { plainText } from '@exr/core/text';

/** Characters of a message: VS Code cuts its notifications at a thousand. */
export const MOST_SAID = 600;

/**
 * Text that holds names from files (attributes, channels, layers, parts, views, files, versions in Git), for whatever of VS Code reads more into a text than
 * letters: notifications and progress make links of `[text](command:…)`, the status bar and lists make icons of `$(name)`. What would be read so is taken
 * apart by a space; controls, line ends, bidirectional and invisible characters become escapes; what is longer than `most` characters is cut, and says so.
 */
export function neutral(text: string, most = MOST_SAID): string {
  return plainText(text, { max: most }).replace(/\](?=\()/g, '] ').replace(/\$(?=\()/g, '$ ').replace(/\](?=\[)/g, '] ');
}

/** Several lines, each of them neutral. */
export function neutralLines(lines: readonly string[], most = MOST_SAID): string {
  return lines.map((line) => neutral(line, most)).join('\n');
}
