/** The table of attribute types: name in the file → how to check, read and write its value. To add a type, add it to one of these lists. */
import { CHANNEL_TYPES } from './channels.ts';
import { ENUM_TYPES } from './enums.ts';
import { NUMBER_TYPES } from './numbers.ts';
import { PICTURE_TYPES } from './pictures.ts';
import { STRING_TYPES } from './strings.ts';
import type { AttributeType } from './type.ts';

export const ATTRIBUTE_TYPES: ReadonlyMap<string, AttributeType> = new Map(
  [...NUMBER_TYPES, ...ENUM_TYPES, ...STRING_TYPES, ...CHANNEL_TYPES, ...PICTURE_TYPES].map((type) => [type.name, type as AttributeType]),
);

export type { AttributeType };
export { readChannels, walkChannels } from './channels.ts';
