/** Tables for a terminal and for Markdown. The first column is text, the others are numbers and stand to the right. */

/** @param {string[]} head @param {string[][]} rows */
export function aligned(head, rows) {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells) => cells.map((cell, i) => (i === 0 || i === cells.length - 1 && head[i] === '' ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ').trimEnd();
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  ').trimEnd(), ...rows.map(line)].join('\n');
}

export function markdown(head, rows) {
  const cell = (text) => text.replaceAll('|', '\\|');
  return [`| ${head.map(cell).join(' | ')} |`, `|${head.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`, ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`)].join('\n');
}

export const ms = (value) => (value < 100 ? value.toFixed(1) : value.toFixed(0));
export const ratio = (value) => value.toFixed(2);
export const mega = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
