import { expect, it } from 'vitest';
import { jsonText, decodeText } from '@exr/core';
import { formatValue } from './value.ts';

const attribute = (text: string): Parameters<typeof formatValue>[0] => ({ name: 'owner', type: 'string', value: jsonText(decodeText(Buffer.from(text, 'latin1'))) }) as never;

it('text in Latin-1 is read, and marked', () => expect(formatValue(attribute('Café Zürich, 10 µm'), 80)).toBe('"Café Zürich, 10 µm" (Latin-1)'));

it('it sends no controls to a terminal', () => expect(formatValue(attribute('\x1b[31m\x9b2Jé'), 80)).toBe('"\\x1b[31m\\x9b2Jé" (Latin-1)'));
