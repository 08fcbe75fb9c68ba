import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { neutral, neutralLines } from '../shared/neutral.ts';

describe('text that is only letters', () => {
  it.each([
    ['[a](command:x)', '[a] (command:x)'], ['[a][b](https://x)', '[a] [b] (https://x)'], ['$(error) x', '$ (error) x'], ['$$((x', '$$ ((x'], ['a\nb\tc', 'a\\nb\\tc'], ['\u202egnp', '\\u202egnp'], ['part 3: 12 %', 'part 3: 12 %'], ['naïve 日本語 🎬', 'naïve 日本語 🎬'], ['f(x)[1] (2)', 'f(x)[1] (2)'],
  ])('%j is shown as %j', (text, shown) => expect(neutral(text)).toBe(shown));
  it('is short, says how long it was, and stays as it is when it comes again', () => {
    expect(neutral('x'.repeat(2000), 10)).toBe('xxxxxxxxxx… (2,000 characters)');
    expect(neutral(neutral('[a](b)$(c)'))).toBe(neutral('[a](b)$(c)'));
    expect(neutralLines(['a\nb', '[c](d)'])).toBe('a\\nb\n[c] (d)');
  });
  it('holds no link, icon, control, bidirectional or invisible character, whatever it was', () => {
    const piece = fc.oneof(fc.constantFrom('[', ']', '(', ')', '$', '\u202e', '\u200b', '\n', '\\', 'command:', 'a'), fc.string({ unit: 'binary' }));
    fc.assert(fc.property(fc.array(piece).map((pieces) => pieces.join('')), (text) => !/\]\(|\]\[|\$\(|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(neutral(text))));
  });
});

it('nothing of the host goes round the one door (host/say.ts) to what VS Code shows', () => {
  const doors = /vscode\.window\.(show\w+Message|showQuickPick|createQuickPick|createInputBox|showInputBox|showOpenDialog|showSaveDialog|setStatusBarMessage|withProgress|createTreeView|registerTreeDataProvider)|new vscode\.(Diagnostic|Hover|MarkdownString|TreeItem|CodeLens)\b|\.(tooltip|accessibilityInformation) = /;
  const round = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !/\.(test|spec-util)\.ts$/.test(name) && name !== 'say.ts')
    .flatMap((name) => readFileSync(join(import.meta.dirname, name), 'utf8').split('\n').flatMap((line, i) => (doors.test(line) ? [`${name}:${i + 1}: ${line.trim()}`] : [])));
  expect(round).toEqual([]);
});

it('titles and labels of the webview hold names only as neutral text', () => {
  const webview = join(import.meta.dirname, '../webview');
  const raw = /(?:title|aria-label)=\{[^}]*?(?<!neutral\()(?<!neutral\(`)(?<!\$\{)\b(?:channel\.name|layer\.layer|layer\.view|node\.label|part\.name|partName)\b/;
  const files = (readdirSync(webview, { recursive: true }) as string[]).filter((name) => name.endsWith('.tsx'));
  const found = files.flatMap((name) => readFileSync(join(webview, name), 'utf8').split('\n').flatMap((line, i) => (raw.test(line) && !/(?:title|aria-label)=\{(?:`[^`]*)?(?:\$\{)?neutral(?:Lines)?\(/.test(line) ? [`${name}:${i + 1}`] : [])));
  expect(raw.test('<h3 title={channel.name}>')).toBe(true);
  expect(files.length).toBeGreaterThan(10);
  expect(found).toEqual([]);
});
