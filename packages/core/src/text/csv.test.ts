import { expect, it } from 'vitest';
import { csvLine } from './csv.ts';

it.each<[unknown, string]>([
  ['plain', 'plain'], ['a,b', '"a,b"'], ['say "x"', '"say ""x"""'], ['two\nlines', '"two\nlines"'], [null, ''], [undefined, ''], [true, 'true'], [-5, '-5'], [1e300, '1e+300'], [-Infinity, '-Infinity'], ['-12345678901234567890', '-12345678901234567890'], ['+1.5e-3', '+1.5e-3'],
  ['=1+1', "'=1+1"], ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'], ['+1+cmd|\' /C calc\'!A0', "'+1+cmd|' /C calc'!A0"], ['-2+3', "'-2+3"], ['@SUM(1)', "'@SUM(1)"], ['\t=1', "'\t=1"], ['\r=1', '"\'\r=1"'], ['\n=1', '"\'\n=1"'], ['＝1', "'＝1"],
  ['\x1b[31mred\x00', '\\x1b[31mred\\x00'], ['\x9b2J', '\\x9b2J'], ['a\u202eb', 'a\\u202eb'], [['-1', 2], '"[""-1"",2]"'], ['-', "'-"], ['--5', "'--5"], ['1e5x', '1e5x'],
])('%j', (value, expected) => expect(csvLine([value, 1])).toBe(`${expected},1\n`));

it('raw is as it is', () => expect(csvLine(['=1+1', '\x1b', 'a,b'], { raw: true })).toBe('=1+1,\x1b,"a,b"\n'));
